//! The detector: from the bytes of one blob to its findings.
//!
//! In flows a blob, out flow findings, each with one place. One pass finds the anchors; at each, the
//! rule's pattern runs in a window, the judges speak, and overlaps are settled once.

use std::ops::Range;
use std::sync::OnceLock;

use super::anchors::{Anchors, Hit};
use super::assign::Form;
use super::candidate::Candidate;
use super::collect::{self, Collector};
use super::judge::{COURT, Verdict};
use super::lexicon::chance;
use super::link::{self, Links};
use super::memo::Memo;
use super::patterns::{self, Paths, Patterns, Shapes};
use super::quiet::{MANY, Quiet};
use super::reach::Reach;
use super::scene::{Digests, Scene};
use super::view::View;
use super::{decode, exposure, frame, overlap};
use crate::blob::{Blob, BlobKind, Position, Trail};
use crate::finding::{Finding, Place, Reason, Status};
use crate::rule::{Confidence, RuleError, RuleId, RuleSet};
use crate::secret::Secret;

/// What a run wants of the detector.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Report from this level on.
    pub confidence: Confidence,
    /// Judges that keep silent, by name; for tests that prove each judge matters.
    pub silent: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { confidence: Confidence::Medium, silent: Vec::new() }
    }
}

/// What became of one candidate, for `skout explain`. Of several for the same rule and bytes the last counts.
#[derive(Debug, Clone)]
pub struct Trace {
    /// The rule.
    pub rule: RuleId,
    /// The bytes of the blob it took for a secret.
    pub span: Range<usize>,
    /// What the judges said.
    pub reasons: Vec<Reason>,
    /// The judge that refused it and why; `None` if it stands.
    pub refused: Option<Reason>,
}

/// Finds secrets in blobs. Shared by all threads of a run.
#[derive(Debug)]
pub struct Detector<'r> {
    rules: &'r RuleSet,
    anchors: Anchors,
    keywords: Anchors,
    patterns: Patterns,
    links: Links,
    paths: Paths,
    called: Vec<RuleId>,
    files: Vec<RuleId>,
    shapes: OnceLock<Shapes>,
    settings: Settings,
    reach: OnceLock<Reach>,
    memo: OnceLock<Memo>,
    digests: OnceLock<Digests>,
}

/// By how many bits chance must explain a value in a binary file better than words do.
const DRAWN: f64 = 20.0;

/// Whether a value in a binary file is one by what stands round it: its length says where it ends, or it and its name are
/// a string by themselves (`\0name=value\0`), and it is no word.
fn delimited(c: &Candidate<'_>) -> bool {
    let bytes = c.view.bytes;
    let alone = || {
        let before = c.key.as_ref().and_then(|key| key.start.checked_sub(1));
        before.is_some_and(|at| bytes[at] == 0) && bytes.get(c.span.end) == Some(&0)
    };
    (c.form == Form::Counted || alone()) && chance::bits(c.secret()) >= DRAWN
}

impl<'r> Detector<'r> {
    /// Prepares detection with `rules`. Costs nothing for the built-in ones.
    ///
    /// # Errors
    /// A user's rule whose pattern or path is wrong.
    pub fn new(rules: &'r RuleSet, settings: Settings) -> Result<Self, RuleError> {
        Ok(Self {
            rules,
            anchors: Anchors::new(rules),
            keywords: Anchors::keywords(rules),
            patterns: Patterns::new(rules),
            links: Links::new(rules),
            paths: Paths::new(rules)?,
            called: rules.called().map(|(id, _)| id).collect(),
            files: rules.files().collect(),
            shapes: OnceLock::new(),
            settings,
            reach: OnceLock::new(),
            memo: OnceLock::new(),
            digests: OnceLock::new(),
        })
    }

    /// Compiles every pattern, so that a wrong one is an error now and not silence later.
    ///
    /// # Errors
    /// The first pattern that does not compile.
    pub fn check(&self) -> Result<(), RuleError> {
        self.rules.all().try_for_each(|(_, rule)| {
            link::compile(rule)?;
            patterns::compile(rule).map(drop)
        })
    }

    /// The findings of one blob, in the order of the text.
    pub fn scan(&self, blob: &Blob<'_>) -> Vec<Finding> {
        self.scan_traced(blob, &mut |_| {})
    }

    /// The same, telling `trace` what became of every candidate.
    pub fn scan_traced(&self, blob: &Blob<'_>, trace: &mut dyn FnMut(Trace)) -> Vec<Finding> {
        let mut hits = self.anchors.search(blob.bytes);
        if hits.len() > MANY {
            self.quiet().leave_out(blob.bytes, &mut hits);
        }
        self.found(blob, &hits, trace)
    }

    /// The findings of a blob of which something is known, with what is to be known of it for the next.
    pub fn follow(&self, blob: &Blob<'_>, trail: &mut Trail) -> Vec<Finding> {
        let reach = self.reach.get_or_init(|| Reach::of(self.rules, &self.anchors));
        let rules = self.quiet();
        let quiet = |mark: &Hit| rules.round(blob.bytes, mark);
        match &trail.fresh {
            None => trail.marks = self.anchors.search(blob.bytes),
            Some(fresh) => {
                self.anchors.search_near(blob.bytes, fresh, reach.margins, &mut trail.marks);
                let near = reach.near(&mut trail.marks, fresh, &quiet);
                if trail.clean && self.found(blob, &near, &mut |_| {}).is_empty() {
                    return Vec::new();
                }
            }
        }
        self.found(blob, &Reach::loud(&mut trail.marks, &quiet), &mut |_| {})
    }

    /// What tells that nothing comes of a hit.
    fn quiet(&self) -> Quiet<'_> {
        Quiet {
            rules: self.rules,
            anchors: &self.anchors,
            patterns: &self.patterns,
            called: &self.called,
            shapes: &self.shapes,
            memo: &self.memo,
        }
    }

    /// What stands at the hits.
    fn found(&self, blob: &Blob<'_>, hits: &[Hit], trace: &mut dyn FnMut(Trace)) -> Vec<Finding> {
        if hits.is_empty() && !collect::is_one_value(blob) {
            return Vec::new();
        }
        let (view, scene) = (View::of(blob), Scene::of(blob, &self.digests));
        let collector = Collector {
            rules: self.rules,
            anchors: &self.anchors,
            keywords: &self.keywords,
            patterns: &self.patterns,
            paths: &self.paths,
            called: &self.called,
            files: &self.files,
            shapes: &self.shapes,
            scene: &scene,
        };
        let mut findings = Vec::new();
        decode::descend(&collector, &view, hits, self.quiet(), &mut |candidates| {
            if candidates.is_empty() {
                return;
            }
            let mut public = Vec::new();
            let mut judged: Vec<Candidate<'_>> =
                candidates.into_iter().filter_map(|c| self.judge(c, &mut public, trace)).collect();
            judged.retain(|c| {
                let span = c.view.in_blob(c.span.clone());
                let over = |p: &&(Range<usize>, Reason)| p.0.start < span.end && span.start < p.0.end;
                let Some((_, why)) = public.iter().find(over) else { return true };
                let (reasons, refused) = (c.reasons.clone(), Some(why.clone()));
                trace(Trace { rule: c.id, span, reasons, refused });
                false
            });
            findings = self.findings(blob, overlap::settle(judged));
        });
        findings
    }

    /// Lets every judge speak; `None` if one refuses or the candidate is not sure enough. What is meant for
    /// the public is noted in `public`, with what the judge said.
    fn judge<'v>(
        &self,
        mut candidate: Candidate<'v>,
        public: &mut Vec<(Range<usize>, Reason)>,
        trace: &mut dyn FnMut(Trace),
    ) -> Option<Candidate<'v>> {
        let mut refused = None;
        for judge in COURT.iter().filter(|j| !self.settings.silent.iter().any(|s| s == j.name)) {
            let (text, known) = match (judge.judge)(&mut candidate) {
                Verdict::Pass => continue,
                Verdict::Reject(text) => (text, false),
                Verdict::Public(text) => (text, true),
            };
            let reason = Reason { judge: judge.name, text };
            if known {
                public.push((candidate.view.in_blob(candidate.span.clone()), reason.clone()));
            }
            refused = Some(reason);
            break;
        }
        if refused.is_none()
            && candidate.view.blob.kind == BlobKind::Binary
            && candidate.confidence < Confidence::High
            && !delimited(&candidate)
        {
            refused =
                Some(Reason { judge: "binary", text: "in a binary file only a proven shape counts".into() });
        }
        let span = candidate.view.in_blob(candidate.span.clone());
        if refused.is_none() && !candidate.view.blob.fresh.contains(&span.start) {
            return None;
        }
        trace(Trace {
            rule: candidate.id,
            span,
            reasons: candidate.reasons.clone(),
            refused: refused.clone(),
        });
        refused.is_none().then_some(candidate)
    }

    /// Turns settled candidates into findings with positions and frames.
    fn findings(&self, blob: &Blob<'_>, settled: Vec<Candidate<'_>>) -> Vec<Finding> {
        let spans: Vec<Range<usize>> = settled.iter().map(|c| c.view.in_blob(c.span.clone())).collect();
        let (mut at, mut position) = (0, blob.start);
        let mut walk = |to: usize| -> Position {
            let from = if to >= at { (at, position) } else { (0, blob.start) };
            (at, position) = (to, from.1.after(&blob.bytes[from.0..to]));
            position
        };
        let (mut findings, mut swept) = (Vec::new(), link::Swept::default());
        for (candidate, span) in settled.into_iter().zip(&spans) {
            if candidate.confidence < self.settings.confidence {
                continue;
            }
            let secret = Secret::new(candidate.secret());
            let exposure = exposure::of(&candidate);
            let severity = candidate.rule.severity;
            let linked = self.links.of(&candidate, &mut swept);
            let place = Place {
                path: blob.path.to_owned(),
                start: walk(span.start),
                end: walk(span.end),
                decoded: candidate.view.forms(),
                frame: frame::make(blob.bytes, span, &spans),
                object: blob.object,
                origin: None,
                exposure,
            };
            findings.push(Finding {
                rule: candidate.id,
                fingerprint: secret.fingerprint(&candidate.rule.family),
                secret,
                aliases: Vec::new(),
                severity: exposure.map_or(severity, |_| exposure::raised(severity)),
                confidence: candidate.confidence,
                reasons: candidate.reasons,
                places: vec![place],
                linked,
                status: Status::Unverified,
            });
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::example::expand;

    #[test]
    fn anchors_left_out_as_known_are_none_that_a_finding_comes_of() {
        let rules = RuleSet::builtin();
        let settings = Settings { confidence: Confidence::Low, ..Settings::default() };
        let detector = Detector::new(&rules, settings).unwrap();
        let examples =
            rules.all().flat_map(|(_, rule)| rule.matches.iter().take(1).chain(rule.clean.iter().take(2)));
        let lines: Vec<String> =
            examples.step_by(3).map(|template| expand(template).unwrap().text + "\n").collect();
        let text = [lines.concat(), "int key_of(struct key *key, int token)\n".repeat(2000), lines.concat()]
            .concat();
        let blob = Blob::whole("app.conf", text.repeat(2).into_bytes().leak());
        let all = detector.anchors.search(blob.bytes);
        let mut rest = all.clone();
        detector.quiet().leave_out(blob.bytes, &mut rest);
        assert!(all.len() > MANY && rest.len() * 2 < all.len(), "{} of {}", rest.len(), all.len());
        let places = |findings: Vec<Finding>| -> Vec<(RuleId, Position)> {
            findings.iter().map(|found| (found.rule, found.places[0].start)).collect()
        };
        let whole = places(detector.found(&blob, &all, &mut |_| {}));
        assert!(whole.len() > 400);
        assert_eq!(places(detector.scan(&blob)), whole);
    }
}
