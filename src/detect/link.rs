//! What belongs to a secret: the id, host, user or account that stands near it and that its rule asks for.
//!
//! In flow a settled candidate and its rule's pairs; out flow the nearest of each kind. Nothing is required
//! of a secret: one without its partner is found all the same.

use std::ops::Range;
use std::sync::OnceLock;

use super::candidate::Candidate;
use super::pattern::Pattern;
use super::sweep::{Search, Sweeps};
use crate::finding::Linked;
use crate::rule::{Rule, RuleError, RuleSet};

/// How many lines, and how many bytes, to either side a partner may stand.
const LINES: usize = 12;
const REACH: usize = 2048;
/// The longest text that is taken for an id, in bytes.
const LONGEST: usize = 200;

/// The kind of a partner and what it looks like.
type Pair = (String, Pattern);

/// The pairs of every rule, compiled when a secret of that rule is first found.
#[derive(Debug)]
pub(crate) struct Links {
    cells: Vec<OnceLock<Vec<Pair>>>,
}

impl Links {
    pub(crate) fn new(rules: &RuleSet) -> Self {
        Self { cells: (0..rules.len()).map(|_| OnceLock::new()).collect() }
    }

    /// What stands near the candidate and belongs to it, in the order its rule names the kinds.
    pub(crate) fn of<'v>(&self, c: &Candidate<'v>, swept: &mut Swept<'v>) -> Vec<Linked> {
        if c.rule.pair.is_empty() {
            return Vec::new();
        }
        let pairs = self.cells[usize::from(c.id.0)].get_or_init(|| compile(c.rule).unwrap_or_default());
        let (bytes, near) = (c.view.bytes, neighbourhood(c.view.bytes, &c.span));
        let linked = pairs.iter().filter_map(|(kind, pattern)| {
            let search = Search { pattern, bytes, longest: 2 * REACH };
            let sweep = swept.of(c).of(pattern);
            let found = sweep.all(search, &near).into_iter().map(|found| search.part(&found));
            let belongs = |at: &Range<usize>| {
                let apart = at.end <= c.span.start || c.span.end <= at.start;
                apart && at.end <= near.end && at.len() <= LONGEST && !at.is_empty()
            };
            let nearest = found.filter(belongs).min_by_key(|at| at.start.abs_diff(c.span.start))?;
            let text = String::from_utf8_lossy(&bytes[nearest]).into_owned();
            Some(Linked { kind: kind.clone(), text })
        });
        linked.collect()
    }
}

/// What was looked through for partners, in the text that the last candidate stands in.
#[derive(Default)]
pub(crate) struct Swept<'v> {
    text: &'v [u8],
    sweeps: Sweeps,
}

impl<'v> Swept<'v> {
    fn of(&mut self, c: &Candidate<'v>) -> &mut Sweeps {
        if !std::ptr::eq(self.text, c.view.bytes) {
            *self = Self { text: c.view.bytes, sweeps: Sweeps::default() };
        }
        &mut self.sweeps
    }
}

/// The lines round a secret in which its partner is looked for.
fn neighbourhood(bytes: &[u8], span: &Range<usize>) -> Range<usize> {
    let floor = span.start.saturating_sub(REACH);
    let ceiling = bytes.len().min(span.end + REACH);
    let before = memchr::memrchr_iter(b'\n', &bytes[floor..span.start]).nth(LINES);
    let behind = memchr::memchr_iter(b'\n', &bytes[span.end..ceiling]).nth(LINES);
    before.map_or(floor, |n| floor + n + 1)..behind.map_or(ceiling, |n| span.end + n)
}

/// Compiles the pairs of a rule, which are written `kind: pattern`.
///
/// # Errors
/// A pair without a kind, or whose pattern is wrong.
pub(crate) fn compile(rule: &Rule) -> Result<Vec<Pair>, RuleError> {
    let error = |problem: String| RuleError { rule: rule.id.to_string(), problem };
    let pairs = rule.pair.iter().map(|pair| {
        let (kind, pattern) = pair
            .split_once(": ")
            .ok_or_else(|| error(format!("the pair '{pair}' must be written 'kind: pattern'")))?;
        let pattern = Pattern::searched(pattern, "value");
        let pattern = pattern.map_err(|e| error(format!("the pair '{pair}' does not compile: {e}")))?;
        Ok((kind.to_owned(), pattern))
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use crate::blob::Blob;
    use crate::detect::{Detector, Settings};
    use crate::rule::RuleSet;
    use crate::rule::example::expand;

    fn linked(template: &str, rule: &str) -> Vec<(String, String)> {
        let rules = RuleSet::builtin();
        let detector = Detector::new(&rules, Settings::default()).unwrap();
        let text = expand(template).unwrap().text;
        let found = detector.scan(&Blob::whole("config/app.yml", text.as_bytes()));
        let own = found.iter().find(|f| rules.get(f.rule).id == rule).expect("the secret is found");
        own.linked.iter().map(|l| (l.kind.clone(), l.text.clone())).collect()
    }

    #[test]
    fn the_nearest_id_belongs_to_the_secret() {
        let text = "a: AC<hex:32>\nb: 1\ntwilio_account_sid: AC00000000000000000000000000000001\ntwilio_auth_token: <hex:32>\n";
        let want = ("account".to_owned(), "AC00000000000000000000000000000001".to_owned());
        assert!(linked(text, "twilio-auth-token").contains(&want));
    }

    #[test]
    fn a_secret_without_a_partner_is_found_all_the_same() {
        assert!(linked("twilio_auth_token: <hex:32>\n", "twilio-auth-token").is_empty());
    }

    #[test]
    fn a_partner_far_away_belongs_to_something_else() {
        let far = "x: 1\n".repeat(20);
        let text = format!("sid: AC<hex:32>\n{far}twilio_auth_token: <hex:32>\n");
        assert!(linked(&text, "twilio-auth-token").is_empty());
    }

    #[test]
    fn every_pair_compiles() {
        for (_, rule) in RuleSet::builtin().all() {
            super::compile(rule).unwrap();
        }
    }
}
