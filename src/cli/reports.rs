//! Where reports go: `--format FMT[=PATH]` and `--output` become deliveries, checked before the scan so that a
//! typing error costs no time. Files appear whole or not at all. It formats nothing itself.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::args::CommonArgs;
use super::say::gone;
use super::terminal;
use crate::output::{self, Format, Options};
use crate::report::Report;

/// One report that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Delivery {
    format: Format,
    /// The file; `None` is standard output.
    path: Option<PathBuf>,
}

/// The reports of one run.
#[derive(Debug, Clone)]
pub(super) struct Reports {
    deliveries: Vec<Delivery>,
    options: Options,
    /// Somebody else writes the step summary.
    no_summary: bool,
    /// Whether a complete scan that found nothing is not told to a person.
    pub(super) silent_if_clean: bool,
}

impl Reports {
    /// Reads `--format`, `--output` and what goes with them, for a scan of the project at `root`.
    pub(super) fn new(args: &CommonArgs, root: &Path) -> anyhow::Result<Self> {
        let human = ["human".to_owned()];
        let wishes = if args.formats.is_empty() { &human[..] } else { &args.formats };
        let mut deliveries = wishes.iter().map(|w| delivery(w)).collect::<anyhow::Result<Vec<_>>>()?;
        if let Some(path) = &args.output {
            match deliveries.iter_mut().rfind(|d| d.path.is_none()) {
                Some(last) if path.as_os_str() != "-" => last.path = Some(path.clone()),
                Some(_) => {}
                None => bail!("--output {}: every --format names its own file already", path.display()),
            }
        }
        let mut shown = deliveries.iter().filter(|d| d.path.is_none());
        if let (Some(one), Some(two)) = (shown.next(), shown.next()) {
            let (one, two) = (one.format.name(), two.format.name());
            bail!("{one} and {two} cannot both go to standard output; give one a file: --format {two}=PATH");
        }
        let mut files = HashSet::new();
        if let Some(again) = deliveries.iter().filter_map(|d| d.path.as_ref()).find(|p| !files.insert(*p)) {
            bail!("--format: two reports cannot both go to {}; give each its own file", again.display());
        }
        let options = Options {
            show_secrets: args.show_secrets,
            colour: terminal::colour(&args.color)?,
            width: terminal::width(),
            verbose: args.verbose,
            quiet: args.quiet,
            now: now(),
            name: root.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        };
        Ok(Self { deliveries, options, no_summary: false, silent_if_clean: false })
    }

    /// Whether this format goes to standard output.
    pub(super) fn shows(&self, format: Format) -> bool {
        self.deliveries.iter().any(|d| d.path.is_none() && d.format == format)
    }

    /// Leaves the step summary to somebody else.
    pub(super) fn leave_summary(&mut self) {
        self.no_summary = true;
    }

    /// Writes them all, what can be written even if something cannot. A reader that went away (`| head`) is no error.
    pub(super) fn write(&self, report: &Report<'_>) -> anyhow::Result<()> {
        let clean = report.findings.is_empty() && report.receipt.complete();
        let silent = self.silent_if_clean && clean;
        let mut failed = None;
        for delivery in &self.deliveries {
            if silent && delivery.path.is_none() && delivery.format == Format::Human {
                continue;
            }
            if let Err(error) = self.deliver(report, delivery) {
                failed.get_or_insert(error);
            }
        }
        if !self.shows(Format::Human) && !self.shows(Format::Github) && !silent {
            self.tell(report);
        }
        failed.map_or(Ok(()), Err)
    }

    fn deliver(&self, report: &Report<'_>, delivery: &Delivery) -> anyhow::Result<()> {
        match &delivery.path {
            None => self.show(report, delivery.format)?,
            Some(path) => self.save(report, delivery.format, path)?,
        }
        match delivery.format {
            Format::Github if !self.no_summary => self.summarise(report),
            _ => Ok(()),
        }
    }

    fn show(&self, report: &Report<'_>, format: Format) -> anyhow::Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        let written = output::write(report, format, &self.options, &mut out).and_then(|()| out.flush());
        match written {
            Err(error) if gone(&error) => Ok(()),
            other => other.context("standard output: cannot be written"),
        }
    }

    fn save(&self, report: &Report<'_>, format: Format, path: &Path) -> anyhow::Result<()> {
        let options = Options { colour: false, ..self.options.clone() };
        let write = |out: &mut dyn Write| output::write(report, format, &options, out);
        let place = path.display();
        match written(path, &write) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                bail!("{place}: the report cannot be written, because there is no such folder")
            }
            other => other.with_context(|| format!("{place}: the report cannot be written")),
        }
    }

    /// Adds to the step summary, if this runs as a step of GitHub Actions.
    fn summarise(&self, report: &Report<'_>) -> anyhow::Result<()> {
        let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|p| !p.is_empty()) else {
            return Ok(());
        };
        let text = output::summary(report, &self.options);
        let file = OpenOptions::new().append(true).create(true).open(&path);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.with_context(|| format!("{}: the step summary cannot be written", Path::new(&path).display()))
    }

    /// When no report for a person goes to standard output, what could not be read and the receipt go to standard error.
    #[allow(clippy::print_stderr, reason = "standard output belongs to the report")]
    fn tell(&self, report: &Report<'_>) {
        eprint!("{}", output::receipt(report, &self.options));
    }
}

/// Seconds since 1970: SOURCE_DATE_EPOCH (reproducible-builds.org) if it is set, else the clock.
fn now() -> i64 {
    let fixed = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|s| s.trim().parse().ok());
    let clock = || {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
    };
    fixed.unwrap_or_else(clock)
}

fn delivery(wish: &str) -> anyhow::Result<Delivery> {
    let (name, path) = wish.split_once('=').map_or((wish, None), |(name, path)| (name, Some(path)));
    let Some(format) = Format::named(name) else {
        let names: Vec<&str> = Format::ALL.iter().map(|f| f.name()).collect();
        bail!("--format {name}: there is no such format; use one of {}", names.join(", "));
    };
    match path {
        Some("") => bail!("--format {name}=: the file name is missing"),
        Some("-") | None => Ok(Delivery { format, path: None }),
        Some(path) => Ok(Delivery { format, path: Some(path.into()) }),
    }
}

/// Writes a file beside `path` and puts it in its place when it is whole; what is no plain file (a device, a
/// pipe) is written to directly.
fn written(path: &Path, write: &dyn Fn(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    if path.metadata().is_ok_and(|m| !m.is_file()) {
        let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
        return write(&mut out).and_then(|()| out.flush());
    }
    // A link stays a link: what it points to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let Some(name) = target.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no file name"));
    };
    let mut beside = std::ffi::OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}.part", std::process::id()));
    let part = target.with_file_name(beside);
    let whole = File::create(&part).and_then(|file| {
        if let Ok(old) = target.metadata() {
            file.set_permissions(old.permissions())?;
        }
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
    });
    let placed = whole.and_then(|()| fs::rename(&part, &target));
    if placed.is_err() {
        let _ = fs::remove_file(&part);
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_finished_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "old").unwrap();
        let full = |out: &mut dyn Write| {
            out.write_all(b"half")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        assert_eq!(written(&path, &full).unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no half file is left behind");
        written(&path, &|out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn a_format_may_carry_its_file() {
        let with_file = delivery("json=out/a=b.json").unwrap();
        assert_eq!(with_file.path, Some("out/a=b.json".into()));
        assert_eq!(delivery("human").unwrap().path, None);
        assert!(delivery("sarfi").unwrap_err().to_string().contains("sarif"));
        assert!(delivery("json=").is_err());
    }
}
