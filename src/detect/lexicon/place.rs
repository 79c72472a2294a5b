//! What kind of file a path names, which decides how much a value in it must prove.

use super::words;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    /// Made to hold credentials: `.netrc`, `.pgpass`, `wp-config.php`.
    Store,
    /// Configuration: values without quotes are literals.
    Config,
    /// A shell script: values without quotes are literals.
    Script,
    /// Program code: a value without quotes is an expression.
    Code,
    /// Prose: documentation, web pages.
    Docs,
    /// Translations of what a program says.
    Locale,
    /// Versions and digests of packages.
    Lock,
    /// Anything else: data, logs, no extension.
    Other,
}

/// The last part of a path, behind `/`, `\` and `!/`.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The kind of the file at `path`.
pub(crate) fn kind(path: &str) -> FileKind {
    let lower = path.to_ascii_lowercase();
    let name = file_name(&lower);
    if words::LOCK_FILE.contains(&name) {
        return FileKind::Lock;
    }
    if words::STORE_FILE.contains(&name) || name == ".env" || name.starts_with(".env.") && !is_template(name)
    {
        return FileKind::Store;
    }
    if is_locale(&lower, name) {
        return FileKind::Locale;
    }
    let name = [".example", ".sample", ".template", ".tmpl", ".j2", ".bak", ".orig", ".erb", ".old"]
        .iter()
        .fold(name, |n, end| n.strip_suffix(end).unwrap_or(n));
    let extension = name.rsplit_once('.').map_or("", |(_, e)| e);
    let has = |list: &[&str]| list.contains(&extension);
    if is_page(name) {
        FileKind::Docs
    } else if has(words::CONFIG_ENDING)
        || name.starts_with("dockerfile")
        || name.ends_with("dockerfile")
        || name.starts_with(".env")
    {
        FileKind::Config
    } else if has(words::SCRIPT_ENDING) || name.starts_with("makefile") {
        FileKind::Script
    } else if has(words::CODE_ENDING) {
        FileKind::Code
    } else if has(words::DOC_ENDING) {
        FileKind::Docs
    } else {
        FileKind::Other
    }
}

/// Whether a file is a page whose ending is not the last: one in a language (`index.html.fr`), or of a manual (`tool.1`), which
/// a log that was put away is not (`syslog.1`).
fn is_page(name: &str) -> bool {
    const LOGS: &[&str] =
        &["syslog", "messages", "secure", "debug", "error", "access", "mail", "cron", "daemon", "kern"];
    let manual = name.rsplit_once('.').is_some_and(|(stem, section)| {
        matches!(section.as_bytes(), [b'1'..=b'8'])
            && !stem.contains(['.', '_'])
            && !LOGS.contains(&stem)
            && !stem.contains("log")
    });
    let translated = name.split_once(".html.").is_some_and(|(_, rest)| {
        rest.len() <= 16 && rest.split(['.', '-']).next().is_some_and(|language| language.len() == 2)
    });
    manual || translated
}

/// Whether a file of program code holds settings, as its name says: `config.php`, `settings.py`, `secrets.h`.
pub(crate) fn is_settings(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let stem = name.split_once('.').map_or(name.as_str(), |(stem, _)| stem);
    ["config", "settings", "secrets", "credentials"].iter().any(|word| stem.contains(word))
        || matches!(stem, "env" | "environment" | "database")
}

/// Whether the name says that the file is a template for another: `.env.example`, `config.sample.yml`.
fn is_template(name: &str) -> bool {
    let name = name.trim_start_matches('.');
    let Some((stem, name)) = name.split_once(['.', '-', '_']) else { return false };
    let settings = name.rsplit('.').next().is_some_and(|end| words::CONFIG_ENDING.contains(&end));
    settings && matches!(stem, "example" | "sample")
        || ["example", "sample", "template", "dist", "defaults", "tmpl"].iter().any(|w| name.contains(w))
}

fn is_locale(path: &str, name: &str) -> bool {
    let folder = [
        "/locales/",
        "/locale/",
        "/i18n/",
        "/lang/",
        "/langs/",
        "/translations/",
        "/l10n/",
        "/nls/",
        "/intl/",
    ];
    let ends = [".po", ".pot", ".xlf", ".xliff", ".arb", ".strings", ".resx", ".ftl", ".lproj"];
    let path = format!("/{path}");
    folder.iter().any(|f| path.contains(f))
        || ends.iter().any(|e| name.ends_with(e))
        || name.starts_with("messages") && name.ends_with(".properties")
        || name == "strings.xml"
}

/// Whether a word is the code of a language, with that of a country or without: `da`, `sv_SE`.
pub(crate) fn is_language(word: &[u8]) -> bool {
    let (language, country) = word.split_at(word.len().min(2));
    let place = matches!(country, [b'_' | b'-', a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase());
    language.iter().all(u8::is_ascii_lowercase)
        && words::holds(words::LANGUAGE, language)
        && (place || country.is_empty())
}

/// Whether the file's name ends in the code of a language, as those of a bundle of texts in Java do:
/// `login_da.properties`, `login_sv_SE.properties`.
pub(crate) fn is_bundle(path: &str) -> bool {
    let Some(stem) = file_name(path).strip_suffix(".properties") else { return false };
    let ends = |n: usize| stem.len() > n && stem.as_bytes()[stem.len() - n - 1] == b'_';
    [2, 5].iter().any(|n| ends(*n) && is_language(&stem.as_bytes()[stem.len() - n..]))
}

/// Whether the path belongs to tests, fixtures, mocks or examples.
pub(crate) fn is_test(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let name = file_name(&lower);
    let in_folder = lower.rsplit_once(['/', '\\']).is_some_and(|(dir, _)| {
        dir.split(['/', '\\']).any(|part| {
            words::TEST_FOLDER.contains(&part)
                || words::TEST_FOLDER.contains(&part.trim_start_matches('_'))
                || part.ends_with("-test")
                || part.ends_with("-tests")
                || part.ends_with("_test")
                || part.ends_with("_tests")
                || is_joined_test(part)
                || part.ends_with("-e2e")
                || part.starts_with("test-")
                || part.starts_with("test_")
                || part.ends_with(".tests")
                || part.ends_with(".test")
        })
    });
    // A set of sources: `src/jvmTest/resources`, `Api.IntegrationTest`.
    let set = path.split(['/', '\\']).any(|part| part.ends_with("Test") || part.ends_with("Tests"));
    let stem = name.rsplit_once('.').map_or(name, |(s, _)| s);
    in_folder
        || set
        || name.ends_with(".feature")
        || name.starts_with("phpunit.xml")
        || matches!(name, ".env.test" | ".env.testing" | ".env.ci")
        || name.starts_with("test_")
        || (matches!(stem, "test" | "tests") || name.starts_with("test-")) && kind(path) == FileKind::Code
        || kind(path) == FileKind::Code && stem.contains("_test_")
        || [
            "_test",
            "_tests",
            "_test_data",
            "_testdata",
            "_fixture",
            "_fixtures",
            ".test",
            ".spec",
            "_spec",
            "-test",
            "-spec",
            ".stories",
            ".cy",
        ]
        .iter()
        .any(|e| stem.ends_with(e))
        || kind(path) == FileKind::Code && is_made_up(path)
        || ["Test", "Tests", "Spec", "IT"]
            .iter()
            .any(|e| file_name(path).rsplit_once('.').is_some_and(|(s, _)| s.ends_with(e)))
        || is_template(name)
}

/// Whether a program's file is called after what is made up, or makes up records as Laravel's factories do:
/// `SetupDummyAccount.php`, `fake_server.go`, `database/factories/UserFactory.php`.
fn is_made_up(path: &str) -> bool {
    const WORDS: &[&str] = &["dummy", "fake", "mock", "bogus"];
    let name = file_name(path);
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem).as_bytes();
    let said = |word: &[u8]| WORDS.iter().any(|w| word.eq_ignore_ascii_case(w.as_bytes()));
    super::name::split(stem).into_iter().any(|word| said(&stem[word]))
        || path.starts_with("database/factories/")
        || path.contains("/database/factories/")
}

/// Whether a folder is the tests of something, joined to its name, as packages of Go have it: `servertest`. A superlative
/// ends like one.
fn is_joined_test(folder: &str) -> bool {
    const OTHERS: &[&str] = &[
        "latest",
        "contest",
        "protest",
        "attest",
        "detest",
        "greatest",
        "fastest",
        "shortest",
        "smartest",
        "brightest",
        "lightest",
        "tightest",
        "hottest",
        "cutest",
        "softest",
        "fittest",
        "sweetest",
        "quietest",
    ];
    folder.len() >= 6 && folder.ends_with("test") && !OTHERS.contains(&folder)
}

/// Whether the file is a template for somebody's own: `.env.template`.
pub(crate) fn is_for_others(path: &str) -> bool {
    is_template(&file_name(path).to_ascii_lowercase())
}

/// Whether the file is a page of the web or a feed as it was sent, by its ending.
pub(crate) fn is_sent(path: &str) -> bool {
    let ending = file_name(path).rsplit_once('.').map_or("", |(_, ending)| ending);
    ["html", "htm", "xhtml", "atom", "rss"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// Whether the file belongs to a folder of what a database begins with: `db/seeds/users.sql`.
pub(crate) fn is_seed(path: &str) -> bool {
    path.split(['/', '\\']).any(|part| {
        ["seed", "seeds", "seeders", "seeder", "demo"].iter().any(|word| part.eq_ignore_ascii_case(word))
    })
}

/// Whether the file runs when the project's own checks do: `.github/workflows/`, `.circleci/`, `.ci/`.
pub(crate) fn is_check(path: &str) -> bool {
    // Applications have workflows, too: those of the checks stand in the folder of the host.
    let hosts = [".github/workflows/", ".gitea/workflows/", ".forgejo/workflows/"];
    hosts.iter().any(|folder| path.contains(folder))
        || path.split('/').any(|part| matches!(part, ".circleci" | ".ci"))
        || path.ends_with(".gitlab-ci.yml")
}

/// Whether the file belongs to a folder of documentation, whatever it holds: `docs/`, `docs_src/`, `documentation/`.
pub(crate) fn is_documentation(path: &str) -> bool {
    let folder = |part: &str| {
        let part = part.to_ascii_lowercase();
        matches!(part.as_str(), "doc" | "docs" | "documentation") || part.starts_with("docs_")
    };
    path.rsplit_once(['/', '\\']).is_some_and(|(dir, _)| dir.split(['/', '\\']).any(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_their_kind() {
        for (path, want) in [
            ("a/.env", FileKind::Store),
            ("a/.env.example", FileKind::Config),
            ("config/app.yml", FileKind::Config),
            ("Dockerfile", FileKind::Config),
            ("src/a.rs", FileKind::Code),
            ("README.md", FileKind::Docs),
            ("man/tool-sign.7", FileKind::Docs),
            ("docs/index.html.pt-br.utf8", FileKind::Docs),
            ("log/syslog.1", FileKind::Other),
            ("catalog.log.1", FileKind::Other),
            ("src/locales/de.json", FileKind::Locale),
            ("yarn.lock", FileKind::Lock),
            ("a/b", FileKind::Other),
        ] {
            assert_eq!(kind(path), want, "{path}");
        }
    }

    #[test]
    fn a_bundle_of_texts_is_told_by_its_language() {
        for path in ["a/login_da.properties", "config_sv_SE.properties", "msg_zh-TW.properties"] {
            assert!(is_bundle(path), "{path}");
        }
        for path in ["config_qa.properties", "db_it.properties", "application.properties", "da.properties"] {
            assert!(!is_bundle(path), "{path}");
        }
    }

    #[test]
    fn folders_of_documentation_are_told_by_name() {
        assert!(is_documentation("docs/a/b.py") && is_documentation("x/docs_src/b.py"));
        assert!(!is_documentation("src/docs.py") && !is_documentation("docker/b.py"));
    }

    #[test]
    fn seeds_and_checks_are_told_by_their_folders() {
        assert!(is_for_others("a/.env.template") && !is_for_others("a/.env"));
        assert!(is_sent("tests/data/a.HTML") && !is_sent("tests/html/a.py"));
        assert!(is_seed("db/seeds/a.sql") && !is_seed("src/seedling/a.sql"));
        assert!(is_check(".github/workflows/ci.yml") && is_check("a/.ci/b.yml"));
        assert!(!is_check("a/ci/b.yml") && !is_check("src/workflows/settings.py"));
        assert!(is_test("a/.env.test") && !is_test("a/.env") && !is_test("a/.env.production"));
    }

    #[test]
    fn settings_in_program_code_are_told_by_name() {
        for path in ["a/config.php", "settings.py", "src/LocalSettings.php", "env.php", "config.inc.php"] {
            assert!(is_settings(path), "{path}");
        }
        for path in ["src/main.rs", "reconfigure/a.c", "setting.rs"] {
            assert!(!is_settings(path), "{path}");
        }
    }

    #[test]
    fn tests_are_told_from_the_path() {
        for path in [
            "app/tests.py",
            "src/auth/test-scheme.c",
            "src/test/java/A.java",
            "a/foo_test.go",
            "x.spec.ts",
            "UserTest.java",
            "tests/a.py",
        ] {
            assert!(is_test(path), "{path}");
        }
        for path in ["src/jvmTest/resources/a.txt", "Api.IntegrationTest/a.json", "features/login.feature"] {
            assert!(is_test(path), "{path}");
        }
        for path in [
            "test-resources/auth.json",
            "plugins/a/sample.conf",
            "_fixture/certs/key.pem",
            "a/verify_test_dsa.go",
            "a_test_data.json",
            "pkg/keys_test_data.go",
            "servertest/a.key",
            "pkg/storagetest/b.go",
            "app/SetupDummyAccount.php",
            "pkg/fake_server.go",
            "entity/link_fixtures.go",
            "acme-e2e/compose/a.yml",
            "fuzzing/corpora/seed.zip!/a.json",
            "database/factories/UserFactory.php",
        ] {
            assert!(is_test(path), "{path}");
        }
        for path in [
            "src/contest.rs",
            "latest/a.py",
            "src/attest.go",
            "greatest/a.py",
            "contest/b.go",
            "src/hammock.go",
            "a/factories/b.php",
        ] {
            assert!(!is_test(path), "{path}");
        }
    }
}
