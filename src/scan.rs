//! The engine, on one page: source → detector → policy → report.
//!
//! In flow a source, a detector and a policy; out flows a report in a fixed order, the same at any
//! number of threads. It opens nothing and prints nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;

use crate::blob::{Blob, ObjectId, Position};
use crate::detect::Detector;
use crate::finding::{Finding, Place};
use crate::policy::{Decision, Policy};
use crate::report::{Ignored, Receipt, Report};
use crate::rule::RuleSet;
use crate::source::{Item, Origin, Source, SourceError};

/// Said of an object with a secret that no ref, and no path that takes part in the scan, leads to.
const UNREACHED: &str =
    "holds a secret outside of the paths and refs of this scan (`--include dangling` reports it)";

/// Told how far a long scan has come; called from many threads.
pub trait Progress: Sync {
    /// A blob of this many bytes has been scanned.
    fn scanned(&self, bytes: u64);
}

/// No progress wanted.
impl Progress for () {
    fn scanned(&self, _: u64) {}
}

/// What the threads gather.
#[derive(Default)]
struct Gathered {
    findings: Vec<Finding>,
    ignored: Vec<(Finding, String)>,
    skipped: Vec<(String, String)>,
    errors: Vec<SourceError>,
}

/// Scans everything `source` has.
pub fn scan<'r>(
    source: &dyn Source,
    rules: &'r RuleSet,
    detector: &Detector<'r>,
    policy: &Policy,
    progress: &dyn Progress,
) -> Report<'r> {
    let gathered = Mutex::new(Gathered::default());
    let locked = || gathered.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let examine = |blob: &Blob<'_>, found: Vec<Finding>| {
        progress.scanned(blob.fresh.len() as u64);
        if found.is_empty() {
            return false;
        }
        let comments = policy.comments(blob, &found, rules);
        for finding in found {
            match comments.decide(finding.rule, finding.first_place()) {
                Some(reason) => locked().ignored.push((finding, reason)),
                None => locked().findings.push(finding),
            }
        }
        policy.close(&comments);
        true
    };
    let coverage = source.each(&|item| match item {
        Item::Skipped { path, reason } => locked().skipped.push((path, reason)),
        Item::Trouble(error) => locked().errors.push(error),
        Item::Blob(blob) => drop(examine(&blob, detector.scan(&blob))),
        Item::Watched(blob, found) => {
            found.fetch_or(examine(&blob, detector.scan(&blob)), Relaxed);
        }
        Item::Traced(blob, trail) => {
            trail.found = examine(&blob, detector.follow(&blob, trail));
        }
    });
    let mut gathered = gathered.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    drop_old(source, detector, &mut gathered);
    let mut findings = merge(std::mem::take(&mut gathered.findings), rules);
    let mut ignored = settle(source, detector, &mut findings, &mut gathered);
    let mut findings = decide(findings, rules, policy, &mut ignored);
    stand(source, coverage.kind, &mut findings);
    ignored.sort_by(|a, b| (order(&a.place), a.rule).cmp(&(order(&b.place), b.rule)));
    gathered.skipped.sort();
    gathered.errors.sort_by(|a, b| (&a.place, &a.problem).cmp(&(&b.place, &b.problem)));
    let receipt =
        Receipt { coverage, rules: rules.count(), skipped: gathered.skipped, errors: gathered.errors };
    let stale = policy.stale(&receipt.coverage);
    Report { rules, findings, ignored, stale, receipt }
}

/// Drops the secrets that stood there before the change.
fn drop_old(source: &dyn Source, detector: &Detector<'_>, gathered: &mut Gathered) {
    gathered.findings.retain(|f| !source.already_there(f.secret.reveal()));
    if gathered.findings.is_empty() {
        return;
    }
    let before = Mutex::new((BTreeSet::new(), Vec::new()));
    let locked = || before.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    source.before(&|item| match item {
        Item::Blob(blob) | Item::Watched(blob, _) | Item::Traced(blob, _) => {
            let found = detector.scan(&blob);
            locked().0.extend(found.iter().map(|f| f.secret.identity().into_owned()));
        }
        Item::Trouble(error) => locked().1.push(error),
        Item::Skipped { .. } => {}
    });
    let (old, errors) = before.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    gathered.findings.retain(|f| !old.contains(&*f.secret.identity()));
    gathered.errors.extend(errors);
}

fn order(place: &Place) -> (&str, u64, u64) {
    (&place.path, place.start.line, place.start.column)
}

/// One finding a secret: the most specific rule keeps it, and all places go under it.
fn merge(mut findings: Vec<Finding>, rules: &RuleSet) -> Vec<Finding> {
    let mut by_secret: BTreeMap<Vec<u8>, Finding> = BTreeMap::new();
    // They come from many threads: which of two equals is kept must not depend on who was first.
    findings.sort_by(|a, b| {
        let (p, q) = (a.first_place(), b.first_place());
        (order(p), p.object, a.rule, &a.reasons).cmp(&(order(q), q.object, b.rule, &b.reasons))
    });
    for mut finding in findings {
        let key = finding.secret.identity().into_owned();
        match by_secret.remove(&key) {
            None => {
                by_secret.insert(key, finding);
            }
            Some(mut kept) => {
                let rank = |f: &Finding| (rules.get(f.rule).rank(), f.confidence, std::cmp::Reverse(f.rule));
                if rank(&finding) > rank(&kept) {
                    std::mem::swap(&mut finding, &mut kept);
                }
                kept.severity = kept.severity.max(finding.severity);
                kept.places.extend(finding.places);
                kept.linked.extend(finding.linked);
                kept.aliases.append(&mut finding.aliases);
                kept.aliases.push(finding.fingerprint);
                by_secret.insert(key, kept);
            }
        }
    }
    let mut merged: Vec<Finding> = by_secret.into_values().collect();
    for finding in &mut merged {
        finding.places.sort_by(|a, b| (order(a), &a.decoded).cmp(&(order(b), &b.decoded)));
        finding.places.dedup_by(|a, b| order(a) == order(b) && a.object == b.object);
        finding.linked.sort_by(|a, b| (&a.kind, &a.text).cmp(&(&b.kind, &b.text)));
        finding.linked.dedup();
        finding.aliases.sort();
        finding.aliases.dedup();
        finding.aliases.retain(|alias| *alias != finding.fingerprint);
    }
    merged
}

/// Finds out where the findings came from, those that a comment set aside among them, and returns these.
fn settle(
    source: &dyn Source,
    detector: &Detector<'_>,
    findings: &mut Vec<Finding>,
    gathered: &mut Gathered,
) -> Vec<Ignored> {
    let (hidden, reasons): (Vec<Finding>, Vec<String>) =
        std::mem::take(&mut gathered.ignored).into_iter().unzip();
    let count = findings.len();
    findings.extend(hidden);
    attribute(source, detector, findings, gathered);
    let hidden = findings.split_off(count);
    findings.retain(|f| !f.places.is_empty());
    hidden.into_iter().zip(reasons).flat_map(|(f, why)| set_aside(f, &why)).collect()
}

/// Asks a source with history where the secrets came from, and puts its answer in the place of the bare objects.
fn attribute(
    source: &dyn Source,
    detector: &Detector<'_>,
    findings: &mut [Finding],
    gathered: &mut Gathered,
) {
    let groups: Vec<Vec<ObjectId>> =
        findings.iter().map(|f| f.places.iter().filter_map(|p| p.object).collect()).collect();
    match source.attribute(&groups) {
        Err(error) => gathered.errors.push(error),
        Ok(answers) => {
            for (finding, origins) in findings.iter_mut().zip(answers) {
                let places = placed(&finding.places, origins);
                let unreached = places.is_empty().then(|| finding.places.first()?.object).flatten();
                gathered.skipped.extend(unreached.map(|id| (format!("object {id}"), UNREACHED.to_owned())));
                finding.places = places;
            }
            look_again(source, detector, findings);
        }
    }
    attribute_names(source, findings, gathered);
}

/// The same for secrets that are part of a name: no object holds them.
fn attribute_names(source: &dyn Source, findings: &mut [Finding], gathered: &mut Gathered) {
    let places = || findings.iter().flat_map(|f| &f.places).filter(|p| p.object.is_none());
    let names: Vec<String> = places().map(|p| p.path.clone()).collect::<BTreeSet<_>>().into_iter().collect();
    if names.is_empty() {
        return;
    }
    let answers = match source.attribute_names(&names) {
        Ok(Some(answers)) => answers,
        Ok(None) => return,
        Err(error) => return gathered.errors.push(error),
    };
    let origins: BTreeMap<&str, Vec<Origin>> = names.iter().map(String::as_str).zip(answers).collect();
    for finding in findings.iter_mut() {
        let (bare, mut places): (Vec<Place>, Vec<Place>) =
            std::mem::take(&mut finding.places).into_iter().partition(|p| p.object.is_none());
        for place in bare {
            let found = origins.get(place.path.as_str()).map_or(&[][..], Vec::as_slice);
            if found.is_empty() {
                gathered.skipped.push((place.path.clone(), UNREACHED.to_owned()));
            }
            // What was scanned may be the end of the path only.
            let before = |o: &Origin| (o.path.chars().count() - place.path.chars().count()) as u64;
            places.extend(found.iter().map(|origin| Place {
                path: origin.path.clone(),
                start: place.start.right(before(origin)),
                end: place.end.right(before(origin)),
                origin: Some(Box::new(origin.clone())),
                ..place.clone()
            }));
        }
        finding.places = places;
    }
}

/// What a place is known by when it is looked at again.
type Spot = (String, Option<ObjectId>, Position, Vec<u8>);

/// Scans what holds findings once more under the paths that are now known, and keeps the places on which
/// the secret stands even so: rules and judges that go by the name of a file could not speak before.
fn look_again(source: &dyn Source, detector: &Detector<'_>, findings: &mut [Finding]) {
    let placed = findings.iter().flat_map(|f| &f.places).filter(|p| p.origin.is_some());
    let wanted: BTreeSet<(ObjectId, String)> =
        placed.filter_map(|p| Some((p.object?, p.origin.as_ref()?.path.clone()))).collect();
    let seen: Mutex<(BTreeSet<ObjectId>, BTreeSet<Spot>)> = Mutex::default();
    source.again(&Vec::from_iter(wanted), &|item| {
        if let Item::Blob(blob) | Item::Watched(blob, _) = item {
            let found = detector.scan(&blob);
            let spot = |f: Finding| {
                let place = f.first_place();
                (place.path.clone(), place.object, place.start, f.secret.identity().into_owned())
            };
            let mut seen = seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            seen.0.extend(blob.object);
            seen.1.extend(found.into_iter().map(spot));
        }
    });
    let (asked, spots) = seen.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    for finding in findings.iter_mut() {
        let secret = finding.secret.identity().into_owned();
        finding.places.retain(|p| {
            !p.object.is_some_and(|id| asked.contains(&id))
                || spots.contains(&(p.path.clone(), p.object, p.start, secret.clone()))
        });
    }
}

/// A place for each origin, the position taken from the object it names, earliest first; places that are
/// in no object stay. None is left if nothing that belongs to the scan reaches the objects.
fn placed(found: &[Place], mut origins: Vec<Origin>) -> Vec<Place> {
    let time = |o: &Origin| o.introduced.as_ref().map_or(i64::MAX, |c| c.time);
    origins.sort_by(|a, b| (time(a), &a.path).cmp(&(time(b), &b.path)));
    let mut places = Vec::new();
    for origin in origins {
        for place in found.iter().filter(|p| p.object == Some(origin.blob)) {
            // The origin knows the file, the place what stands where in an archive.
            let unnamed = format!("object {}", origin.blob);
            let file = [origin.path.as_str(), &unnamed].into_iter();
            let inside = file.filter_map(|file| place.path.strip_prefix(file)).find(|i| i.starts_with("!/"));
            let path = format!("{}{}", origin.path, inside.unwrap_or_default());
            places.push(Place { path, origin: Some(Box::new(origin.clone())), ..place.clone() });
        }
    }
    places.extend(found.iter().filter(|p| p.object.is_none()).cloned());
    places
}

/// Lets policy decide about each place; a finding that loses all its places is set aside.
fn decide(
    findings: Vec<Finding>,
    rules: &RuleSet,
    policy: &Policy,
    ignored: &mut Vec<Ignored>,
) -> Vec<Finding> {
    let mut kept = Vec::new();
    for mut finding in findings {
        let rule = rules.get(finding.rule);
        let mut places = Vec::new();
        for place in std::mem::take(&mut finding.places) {
            match policy.decide(&finding, rule, &place) {
                Decision::Keep => places.push(place),
                Decision::Ignore(reason) => ignored.push(Ignored {
                    rule: finding.rule,
                    fingerprint: finding.fingerprint.clone(),
                    place,
                    reason,
                }),
            }
        }
        finding.places = places;
        if !finding.places.is_empty() {
            kept.push(finding);
        }
    }
    kept.sort_by(|a, b| {
        let key = |f: &Finding| (std::cmp::Reverse((f.severity, f.confidence)), f.rule);
        (key(a), order(a.first_place()), &a.fingerprint).cmp(&(
            key(b),
            order(b.first_place()),
            &b.fingerprint,
        ))
    });
    kept
}

/// Says of secrets in `.env` files how these stand with git: one that git leaves alone is where they belong.
/// It makes nothing worse than it is: the severity stays.
fn stand(source: &dyn Source, kind: &str, findings: &mut [Finding]) {
    let places = findings.iter_mut().flat_map(|f| &mut f.places);
    for place in places.filter(|p| p.exposure.is_none() && is_env(&p.path)) {
        place.exposure = match kind {
            "tree" => source.standing(&place.path),
            "staged" => Some("in an .env file that is about to be committed"),
            "range" | "history" => Some("in an .env file that git tracks"),
            _ => None,
        };
    }
}

/// Whether a path names a file of environment variables that is no template for one.
fn is_env(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let template = ["example", "sample", "template", "dist", "tmpl"].iter().any(|w| name.contains(w));
    let named = name == ".env" || name.starts_with(".env.") || name.ends_with(".env");
    named && !template && !path.contains("!/")
}

fn set_aside(finding: Finding, reason: &str) -> Vec<Ignored> {
    let (rule, fingerprint) = (finding.rule, finding.fingerprint);
    let make = |place| Ignored { rule, fingerprint: fingerprint.clone(), place, reason: reason.to_owned() };
    finding.places.into_iter().map(make).collect()
}
