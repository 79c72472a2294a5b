//! From a report to lines that may be kept: fingerprint, rule and first place of each secret. In flows a report, out
//! flow additions to a baseline. No secret is among them, not even one that is the name of its file.

use crate::glob::Base;
use crate::policy::Baseline;
use crate::report::Report;

/// Names are searched for secrets of at least this length; shorter ones are part of too many words.
const SHORTEST: usize = 8;

/// Adds what `report` found to `baseline`, its paths counted from the root that `base` knows.
pub(super) fn add(baseline: &mut Baseline, report: &Report<'_>, base: &Base) {
    let mut named = Vec::new();
    for finding in &report.findings {
        let Ok(secret) = std::str::from_utf8(finding.secret.reveal()) else { continue };
        if secret.len() >= SHORTEST && finding.places.iter().any(|place| place.path.contains(secret)) {
            named.push((secret, finding.secret.masked()));
        }
    }
    for finding in &report.findings {
        let mut path = base.rooted(&finding.first_place().path).into_owned();
        for (secret, mask) in &named {
            path = path.replace(secret, mask);
        }
        baseline.add(finding.fingerprint.clone(), &report.rules.get(finding.rule).id, &path);
    }
}
