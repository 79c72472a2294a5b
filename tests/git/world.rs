//! A repository built for one test, with fixed dates and nothing of the machine's own settings.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// Where programs are looked for, unless a test says otherwise.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// A home folder with a repository in it.
pub(crate) struct World {
    home: TempDir,
    /// Where programs are looked for.
    path: String,
}

/// What skout said.
pub(crate) struct Said {
    pub(crate) status: i32,
    pub(crate) json: Value,
    pub(crate) errors: String,
}

impl Said {
    /// How many secrets were found.
    pub(crate) fn found(&self) -> usize {
        self.json["findings"].as_array().map_or(0, Vec::len)
    }

    /// `path:line` of every place, in the order of the report.
    pub(crate) fn places(&self) -> Vec<String> {
        let rows = self.json["findings"].as_array().into_iter().flatten();
        let places = rows.flat_map(|row| row["locations"].as_array().into_iter().flatten());
        places.map(|l| format!("{}:{}", l["path"].as_str().unwrap(), l["line"])).collect()
    }

    /// The first place of the first finding.
    pub(crate) fn first(&self) -> &Value {
        &self.json["findings"][0]["locations"][0]
    }

    pub(crate) fn complete(&self) -> bool {
        self.json["scan"]["complete"].as_bool().unwrap()
    }
}

impl World {
    /// An empty repository.
    pub(crate) fn new() -> Self {
        let world = Self { home: tempfile::tempdir().unwrap(), path: PATH.to_owned() };
        fs::create_dir(world.root()).unwrap();
        world.git(&["init", "-q", "-b", "main"]);
        world
    }

    /// The same with skout on the `PATH`.
    pub(crate) fn with_skout_on_path() -> Self {
        let bin = Path::new(env!("CARGO_BIN_EXE_skout")).parent().unwrap();
        Self { path: format!("{}:{PATH}", bin.display()), ..Self::new() }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.home.path().join("project")
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// A program that sees nothing of the machine's own settings.
    pub(crate) fn command(&self, program: &str, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder).env_clear().env("PATH", &self.path);
        if cfg!(windows) {
            // Programs do not start without the first; git stands where its installer put it.
            for name in ["SystemRoot", "PATH"] {
                command.env(name, std::env::var_os(name).unwrap_or_default());
            }
        }
        command.env("HOME", self.home.path()).env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@example.org");
            command.env(format!("GIT_{who}_DATE"), "2024-05-01T12:00:00+02:00");
        }
        command
    }

    /// Runs git in a folder and returns what it printed; it must succeed.
    pub(crate) fn git_in(&self, folder: &Path, args: &[&str]) -> String {
        let out = self.command("git", folder).args(args).output().unwrap();
        assert!(out.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8_lossy(&out.stdout).trim().to_owned()
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.root(), args)
    }

    /// Runs git and lets it fail (a merge that ends in a conflict does).
    pub(crate) fn try_git(&self, args: &[&str]) -> Output {
        self.command("git", &self.root()).args(args).output().unwrap()
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Writes a file and stages it.
    pub(crate) fn stage(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write(path, content);
        self.git(&["add", "-f", "--", path]);
    }

    /// Writes a file and commits it; returns the commit.
    pub(crate) fn commit(&self, path: &str, content: impl AsRef<[u8]>, message: &str) -> String {
        self.stage(path, content);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs `skout git ARGS` in a folder.
    pub(crate) fn skout_in(&self, folder: &Path, args: &[&str]) -> Said {
        let mut command = self.command(env!("CARGO_BIN_EXE_skout"), folder);
        let out = command.arg("git").args(args).args(["-f", "json"]).output().unwrap();
        let json = serde_json::from_slice(&out.stdout).unwrap_or_default();
        Said {
            status: out.status.code().unwrap(),
            json,
            errors: String::from_utf8_lossy(&out.stderr).into_owned(),
        }
    }

    /// Runs skout in a folder; its status, and all that it said.
    pub(crate) fn tell_in(&self, folder: &Path, args: &[&str]) -> (i32, String) {
        let out = self.command(env!("CARGO_BIN_EXE_skout"), folder).args(args).output().unwrap();
        (out.status.code().unwrap(), said(&out))
    }

    /// The same in the repository.
    pub(crate) fn tell(&self, args: &[&str]) -> (i32, String) {
        self.tell_in(&self.root(), args)
    }

    /// Runs skout with these arguments in the repository.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(env!("CARGO_BIN_EXE_skout"), &self.root()).args(args).output().unwrap()
    }

    pub(crate) fn skout(&self, args: &[&str]) -> Said {
        self.skout_in(&self.root(), args)
    }
}

/// Everything a program said.
pub(crate) fn said(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

/// A key of its own for each number, put together here so that no file of the project holds one.
pub(crate) fn key(n: u64) -> String {
    let mut state = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut letters = |count: usize| -> String {
        let alphabet = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let mut next = || {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize
        };
        (0..count).map(|_| char::from(alphabet[next() % alphabet.len()])).collect()
    };
    format!("sk-{}T3Blbk{}{}", letters(20), "FJ", letters(20))
}

/// A line of configuration that holds the key of this number.
pub(crate) fn line(n: u64) -> String {
    format!("OPENAI_API_KEY = \"{}\"\n", key(n))
}
