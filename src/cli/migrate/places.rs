//! Ignore files of others that name a place or a digest of a secret: `.gitleaksignore`, `.secrets.baseline`,
//! `.secretsignore`.
//!
//! They cannot be translated from their text alone. The project is scanned, and what skout finds at the
//! place (or with the digest) gets an entry by its fingerprint.

use sha1::{Digest, Sha1};

use super::plan::Plan;
use super::reading::{string, value};
use crate::finding::Finding;
use crate::policy::{Entry, Subject};
use crate::report::Report;
use crate::secret::hexadecimal;

/// What skout finds in the project now, names counting from its root.
pub(super) struct Survey<'s> {
    pub(super) reports: &'s [Report<'s>],
    pub(super) rooted: &'s dyn Fn(&str) -> String,
}

impl<'s> Survey<'s> {
    fn findings(&self) -> impl Iterator<Item = (&'s Finding, &'s str)> {
        let rule = |report: &'s Report<'s>, f: &Finding| report.rules.get(f.rule).id.as_ref();
        self.reports.iter().flat_map(move |r| r.findings.iter().map(move |f| (f, rule(r, f))))
    }

    /// Findings on a line of a file, in a commit if one is given.
    fn at(&self, path: &str, line: u64, commit: Option<&str>) -> Vec<(&'s Finding, &'s str)> {
        let here = |f: &Finding| {
            f.places.iter().any(|p| {
                let id = p.origin.as_ref().and_then(|o| o.introduced.as_ref()).map(|c| c.id.to_string());
                (self.rooted)(&p.path) == path
                    && (p.start.line..=p.end.line).contains(&line)
                    && (commit.is_none() || id.as_deref().is_none_or(|id| Some(id) == commit))
            })
        };
        self.findings().filter(|(f, _)| here(f)).collect()
    }
}

fn ignore(plan: &mut Plan, (finding, rule): (&Finding, &str), reason: &str) {
    let subject = Subject::Fingerprint {
        fingerprint: finding.fingerprint.clone(),
        rule: Some(rule.into()),
        path: None,
    };
    plan.ignore.push(Entry { line: 0, subject, until: None, reason: reason.into() });
}

/// `commit:file:rule:line` or `file:rule:line`, one a line.
pub(super) fn gitleaks(plan: &mut Plan, file: &str, text: &str, survey: &Survey<'_>) {
    for line in text.lines().map(|l| l.split(" #").next().unwrap_or(l).trim()) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut parts = line.rsplitn(3, ':');
        let (number, _rule, place) = (parts.next(), parts.next(), parts.next());
        let Some((number, place)) = number.and_then(|n| n.parse::<u64>().ok()).zip(place) else {
            plan.leave(file, line, "this is no fingerprint of gitleaks");
            continue;
        };
        let (commit, path) = match place.split_once(':') {
            Some((commit, path)) if commit.len() >= 7 && commit.bytes().all(|b| b.is_ascii_hexdigit()) => {
                (Some(commit), path)
            }
            _ => (None, place),
        };
        let found = survey.at(path.trim_start_matches("./"), number, commit);
        if found.is_empty() {
            plan.leave(file, line, "skout reports nothing at this place, so there is nothing to ignore");
        }
        found.into_iter().for_each(|f| ignore(plan, f, &format!("From {file}")));
    }
}

/// The baseline of detect-secrets: digests of secrets by file. What was judged to be no secret goes into the
/// ignore file, the rest into a baseline.
pub(super) fn detect_secrets(plan: &mut Plan, file: &str, text: &str, survey: &Survey<'_>) {
    let config = match value("a.json", text) {
        Ok(config) => config,
        Err(problem) => return plan.leave(file, "the whole file", problem),
    };
    let digest = |f: &Finding| hexadecimal(&Sha1::digest(f.secret.reveal()));
    let known: Vec<(String, (&Finding, &str))> = survey.findings().map(|f| (digest(f.0), f)).collect();
    let (mut matched, mut unmatched) = (0, 0);
    for (path, entries) in config["results"].as_object().into_iter().flatten() {
        for entry in entries.as_array().into_iter().flatten() {
            let line = entry["line_number"].as_u64().unwrap_or(0);
            let hashed = string(entry, "hashed_secret");
            let mut found: Vec<(&Finding, &str)> =
                known.iter().filter(|(d, _)| d == hashed).map(|(_, f)| *f).collect();
            if found.is_empty() {
                found = survey.at(&path.replace('\\', "/"), line, None);
            }
            matched += usize::from(!found.is_empty());
            unmatched += usize::from(found.is_empty());
            for (finding, rule) in found {
                if entry["is_secret"].as_bool() == Some(false) {
                    ignore(plan, (finding, rule), &format!("Judged to be no secret in {file}"));
                } else {
                    plan.baseline.add(finding.fingerprint.clone(), rule, path);
                }
            }
        }
    }
    if matched > 0 {
        plan.note(file, &format!("entries found again by skout: {matched}"));
    }
    if unmatched > 0 {
        plan.leave(
            file,
            format!("entries: {unmatched}"),
            "skout reports nothing there, so there is nothing to ignore",
        );
    }
    filters(plan, file, &config);
}

fn filters(plan: &mut Plan, file: &str, config: &serde_json::Value) {
    use super::pattern::translate;
    use super::plan::NewAllow;
    for filter in super::reading::tables(config, "filters_used") {
        let name = string(filter, "path").rsplit('.').next().unwrap_or_default();
        let condition = match name {
            "should_exclude_file" => "path_regex",
            "should_exclude_secret" => "secret",
            "should_exclude_line" => "line",
            _ => continue,
        };
        for foreign in super::reading::strings(filter, "pattern") {
            let what = format!("filter {name}: {foreign}");
            match translate(&foreign) {
                _ if condition == "line" => {
                    plan.leave(file, what, "it looks at the whole line; skout looks at the secret alone");
                }
                Err(problem) => plan.leave(file, what, problem),
                Ok(pattern) => {
                    let mut allow = NewAllow { reason: format!("From {file}"), ..NewAllow::default() };
                    allow.conditions.insert(condition, vec![pattern]);
                    plan.add_allow(file, allow);
                }
            }
        }
    }
}

/// The ignore file of ripsecrets: paths, and below `[secrets]` secrets as they are.
pub(super) fn ripsecrets(plan: &mut Plan, file: &str, text: &str, survey: &Survey<'_>) {
    let mut secrets = false;
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        match line {
            "" => {}
            "[secrets]" => secrets = true,
            _ if line.starts_with('#') => {}
            _ if !secrets => plan.exclude.push(line.to_owned()),
            _ => {
                let same = |f: &&(&Finding, &str)| f.0.secret.reveal() == line.as_bytes();
                let all: Vec<(&Finding, &str)> = survey.findings().collect();
                let found: Vec<_> = all.iter().filter(same).copied().collect();
                if found.is_empty() {
                    plan.leave(file, format!("the secret on line {}", n + 1), "skout does not report it");
                }
                found.into_iter().for_each(|f| ignore(plan, f, &format!("From {file}")));
            }
        }
    }
}
