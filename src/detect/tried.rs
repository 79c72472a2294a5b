//! What was tried where, so that text which is all anchors costs no more than any other.
//!
//! In flow the places of matches, failures and values; out flows whether one more try is worth its while. It
//! never keeps a rule from the first anchors of a token.

use std::ops::Range;

use super::assign;
use crate::rule::RuleId;
use crate::rule::shape::Shape;

/// What each rule matched last, how often it failed in the token at hand, and the value that was given last.
#[derive(Default)]
pub(super) struct Tried {
    rules: Vec<Last>,
    token: Range<usize>,
    value: Range<usize>,
    nested: u32,
}

/// What came of a rule so far.
struct Last {
    rule: RuleId,
    /// Where its last match ends, and how many anchors inside it were tried.
    end: usize,
    inside: u32,
    /// The token in which it failed last, by its start, and how often.
    token: usize,
    failed: u32,
}

impl Tried {
    /// How many anchors inside a match are tried, too: the secret may begin at a later one.
    const INSIDE: u32 = 3;
    /// How many anchors of one token a rule may fail at. A long text in base64 is one token, too, but holds an
    /// anchor by chance only once in a quarter of a million characters.
    const FAILED: u32 = 16;
    /// A token shorter than this may fail at every anchor in it, in bytes.
    const LONG: usize = 48;
    /// How many values may begin inside one another and end together, as in `key=key=key=…`.
    const NESTED: u32 = 8;
    /// How far the name that a word begins is followed, in bytes.
    const NAME: usize = 64;

    /// Whether enough anchors of the rule have been tried where `at` stands: inside its last match, or in a token in
    /// which it failed.
    pub(super) fn enough(&mut self, id: RuleId, bytes: &[u8], at: usize) -> bool {
        let Some(n) = self.rules.iter().position(|last| last.rule == id) else { return false };
        let Last { end, inside, token, failed, .. } = self.rules[n];
        at < end && inside >= Self::INSIDE || failed >= Self::FAILED && token == self.token(bytes, at)
    }

    /// Notes where the match of the rule at an anchor ends, or that there was none.
    pub(super) fn note(&mut self, id: RuleId, bytes: &[u8], at: usize, end: Option<usize>) {
        let token = if end.is_none() { self.token(bytes, at) } else { 0 };
        if end.is_none() && self.token.len() < Self::LONG {
            return;
        }
        let last = match self.rules.iter().position(|last| last.rule == id) {
            Some(n) => &mut self.rules[n],
            None => {
                self.rules.push(Last { rule: id, end: 0, inside: 0, token, failed: 0 });
                self.rules.last_mut().expect("one was pushed")
            }
        };
        match end {
            None if last.token == token => last.failed += 1,
            None => (last.token, last.failed) = (token, 1),
            Some(_) if at < last.end => last.inside += 1,
            Some(end) => (last.end, last.inside) = (end, 0),
        }
    }

    /// Where the token begins that `at` stands in, as far as anchors in it were asked about.
    fn token(&mut self, bytes: &[u8], at: usize) -> usize {
        if !self.token.contains(&at) {
            let length = bytes[at..].iter().take_while(|b| Shape::is_token(**b)).count();
            self.token = at..at + length;
        }
        self.token.start
    }

    /// Whether the word at `anchor` would be given, without quotes, what is left of a value that enough other
    /// words were given already.
    pub(super) fn given(&self, bytes: &[u8], anchor: &Range<usize>) -> bool {
        if self.nested < Self::NESTED || anchor.end >= self.value.end {
            return false;
        }
        let rest = &bytes[anchor.end..bytes.len().min(anchor.end + Self::NAME)];
        let name =
            rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')).count();
        let given = match &rest[name..] {
            [b'=' | b':', given, ..] | [b'%', b'3', b'd' | b'D', given, ..] => given,
            _ => return false,
        };
        given.is_ascii_alphanumeric() || *given == b'_'
    }

    /// Notes the value that a word was given.
    pub(super) fn note_value(&mut self, value: &Range<usize>) {
        // The longest that are read end one after the other.
        let cut = value.len() >= assign::LONGEST && self.value.contains(&value.start);
        let same = cut || self.value.end == value.end && self.value.start <= value.start;
        self.nested = if same { self.nested + 1 } else { 0 };
        self.value = value.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_failed_all_along_a_token_is_tried_again_in_the_next() {
        let text = format!("{} sk-x", "sk-".repeat(40));
        let (bytes, rule, mut tried) = (text.as_bytes(), RuleId(7), Tried::default());
        let mut asked = 0;
        for at in (0..120).step_by(3).filter(|at| *at > 0) {
            if !tried.enough(rule, bytes, at) {
                tried.note(rule, bytes, at, None);
                asked += 1;
            }
        }
        assert_eq!(asked, Tried::FAILED);
        assert!(!tried.enough(RuleId(8), bytes, 60) && !tried.enough(rule, bytes, 121));
    }

    #[test]
    fn of_the_anchors_inside_a_match_the_first_are_tried() {
        let (bytes, rule, mut tried) = (&b"sk-sk-sk-sk-sk-sk-sk-"[..], RuleId(7), Tried::default());
        let asked = (0..7).filter(|n| {
            let more = !tried.enough(rule, bytes, n * 3);
            if more {
                tried.note(rule, bytes, n * 3, Some(21));
            }
            more
        });
        assert_eq!(asked.count() as u32, 1 + Tried::INSIDE);
    }

    #[test]
    fn values_in_values_are_read_until_enough_end_together() {
        let (bytes, mut tried) = (&b"key=key=\"a"[..], Tried::default());
        for n in 0..=Tried::NESTED as usize {
            assert!(!tried.given(bytes, &(0..3)), "{n}");
            tried.note_value(&(n..100));
        }
        assert!(tried.given(bytes, &(0..3)) && !tried.given(bytes, &(4..7)));
        assert!(tried.given(b"secretkey=a", &(0..6)) && !tried.given(b"secretkey \"a", &(0..6)));
        assert!(tried.given(b"_pw%3d_pw", &(0..3)) && !tried.given(b"_pw%3e_pw", &(0..3)));
        tried.note_value(&(20..30));
        assert!(!tried.given(bytes, &(0..3)));
    }
}
