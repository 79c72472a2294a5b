//! A compiled pattern of a rule, made for how it is used: tried at one place, or searched for.
//!
//! A run compiles a dozen patterns for a few places each, and that was a sixth of its time on a small tree. So a pattern is
//! compiled to no more than what says that nothing is there; a whole `Regex` takes twice as long.

use std::ops::Range;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::OnceLock;

use regex_automata::hybrid::dfa::{self, DFA};
use regex_automata::meta::Regex;
use regex_automata::nfa::thompson::NFA;
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::util::captures::GroupInfo;
use regex_automata::util::pool::Pool;
use regex_automata::util::prefilter::Prefilter;
use regex_automata::{Anchored, Input, MatchKind, PatternID};
use regex_syntax::hir::Hir;

/// The largest automaton of a pattern, in bytes.
const SIZE: usize = 4 << 20;

/// The room for what was found out about a pattern that is tried, in bytes for each thread: with eight times as much for
/// all, the history of prometheus took 82 MB instead of 69.
const LITTLE: usize = 1 << 16;

/// The same for one that is searched for. They are large: with a sixteenth of it the largest took four times as long.
const MUCH: usize = 1 << 20;

/// How many places a match is asked for: its own two, and those of its groups up to the wanted one.
const PLACES: usize = 16;

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern {
    quick: DFA,
    sure: PikeVM,
    caches: Pool<Room, Caches>,
    /// What finds a match quickly where it may begin anywhere, of a pattern that is searched for; compiled when there is one.
    search: Option<(Hir, OnceLock<Option<Regex>>)>,
    /// The number of the group that is wanted; 0 is all of the match.
    part: usize,
}

/// What a thread needs to look for a pattern; the second only where there is a match, as hardly ever.
type Room = (dfa::Cache, Option<pikevm::Cache>);
type Caches = Box<dyn Fn() -> Room + Send + Sync + UnwindSafe + RefUnwindSafe>;

impl Pattern {
    /// One that is tried at one place, of which the group `part` is wanted.
    pub(super) fn tried(pattern: &str, part: &str) -> Result<Self, String> {
        Self::compiled(&parsed(pattern)?, part, DFA::config().cache_capacity(LITTLE))
    }

    /// One that is searched for.
    pub(super) fn searched(pattern: &str, part: &str) -> Result<Self, String> {
        let said = parsed(pattern)?;
        // Most begin with one of a few words, and to look for these is quicker than to take each byte.
        let words = Prefilter::from_hir_prefix(MatchKind::LeftmostFirst, &said);
        let config =
            DFA::config().cache_capacity(MUCH).specialize_start_states(words.is_some()).prefilter(words);
        let compiled = Self::compiled(&said, part, config)?;
        Ok(Self { search: Some((said, OnceLock::new())), ..compiled })
    }

    fn compiled(said: &Hir, part: &str, config: dfa::Config) -> Result<Self, String> {
        let limit = NFA::config().utf8(false).nfa_size_limit(Some(SIZE));
        let built = NFA::compiler().configure(limit).build_from_hir(said);
        let automaton = built.map_err(|error| error.to_string())?;
        let part = numbered(automaton.group_info(), part)?;
        // Where what was found out is forgotten again and again, it is quicker to find out nothing.
        let config = config
            .skip_cache_capacity_check(true)
            .minimum_cache_clear_count(Some(3))
            .minimum_bytes_per_state(Some(10));
        let quick = DFA::builder().configure(config).build_from_nfa(automaton.clone());
        let quick = quick.map_err(|error| error.to_string())?;
        let sure = PikeVM::new_from_nfa(automaton).map_err(|error| error.to_string())?;
        let dfa = quick.clone();
        let caches: Caches = Box::new(move || (dfa.create_cache(), None));
        Ok(Self { quick, sure, caches: Pool::new(caches), search: None, part })
    }

    /// Whether it is tried at one place only.
    pub(super) fn is_tried(&self) -> bool {
        self.search.is_none()
    }

    /// Whether the pattern, which is tried, matches at the start of the text.
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        self.end(&Input::new(text).anchored(Anchored::Yes).earliest(true)).is_some()
    }

    /// Where the first match stands that begins at `from` or behind, or, if it is tried, at `from`.
    pub(super) fn first(&self, text: &[u8], from: usize) -> Option<Range<usize>> {
        let input = Input::new(text).span(from..text.len());
        if self.is_tried() {
            return Some(from..self.end(&input.anchored(Anchored::Yes))?);
        }
        // Most places hold nothing.
        self.end(&input.clone().earliest(true))?;
        let found = match self.search() {
            Some(search) => search.find(input),
            None => self.sure.find(self.room(&mut self.caches.get().1), input),
        };
        found.map(|found| found.range())
    }

    /// The wanted part of a match.
    pub(super) fn part(&self, text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
        let mut places = [None; PLACES];
        let places = &mut places[..self.part * 2 + 2];
        // What stands behind the match is seen, but not read again.
        let input = Input::new(text).span(found).anchored(Anchored::Yes);
        match self.search() {
            Some(search) => search.search_slots(&input, places)?,
            None => self.sure.search_slots(self.room(&mut self.caches.get().1), &input, places)?,
        };
        let range = |n: usize| Some(places[n * 2]?.get()..places[n * 2 + 1]?.get());
        range(self.part).or_else(|| range(0))
    }

    /// Where the first match ends that begins where the input does, or, if it is searched for, in it.
    fn end(&self, input: &Input<'_>) -> Option<usize> {
        let mut caches = self.caches.get();
        let (quick, sure) = &mut *caches;
        let found = self.quick.try_search_fwd(quick, input).map(|found| found.map(|half| half.offset()));
        found.unwrap_or_else(|_| self.sure.find(self.room(sure), input.clone()).map(|found| found.end()))
    }

    fn room<'r>(&self, held: &'r mut Option<pikevm::Cache>) -> &'r mut pikevm::Cache {
        held.get_or_insert_with(|| self.sure.create_cache())
    }

    /// What searches for the pattern, unless it is tried, or too large for that.
    fn search(&self) -> Option<&Regex> {
        let (said, search) = self.search.as_ref()?;
        let build = || {
            let config = Regex::config().onepass(false).dfa(false).hybrid_cache_capacity(MUCH);
            let config = config.utf8_empty(false).nfa_size_limit(Some(SIZE));
            Regex::builder().configure(config).build_from_hir(said).ok()
        };
        search.get_or_init(build).as_ref()
    }
}

/// What the pattern says, of bytes and not of characters.
fn parsed(pattern: &str) -> Result<Hir, String> {
    let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
    parser.parse(pattern).map_err(|error| error.to_string())
}

/// The number of the wanted group; 0 if there is none of this name.
fn numbered(groups: &GroupInfo, part: &str) -> Result<usize, String> {
    let part = groups.to_index(PatternID::ZERO, part).unwrap_or(0);
    let most = PLACES / 2 - 1;
    if part > most { Err(format!("the wanted group is not among the first {most}")) } else { Ok(part) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_is_tried_matches_at_its_place_only() {
        let tried = Pattern::tried("k(?<secret>[0-9]+)", "secret").unwrap();
        assert_eq!((tried.first(b"k12 k3", 0), tried.part(b"k12 k3", 0..3)), (Some(0..3), Some(1..3)));
        assert_eq!((tried.first(b"k12 k3", 4), tried.part(b"k12 k3", 4..6)), (Some(4..6), Some(5..6)));
        assert!(tried.first(b" k12", 0).is_none() && !tried.is_in(b" k12") && tried.is_in(b"k1"));
    }

    #[test]
    fn a_pattern_that_is_searched_for_sees_what_stands_before() {
        let searched = Pattern::searched(r"\bk[0-9]", "secret").unwrap();
        assert_eq!((searched.first(b"ak1 k2", 1), searched.part(b"ak1 k2", 4..6)), (Some(4..6), Some(4..6)));
        assert_eq!(searched.first(b"ak1", 1), None);
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(Pattern::tried("(", "x").unwrap_err().contains("unclosed group"));
        assert!(Pattern::tried("(?:[a-z]{1000}){1000}", "x").unwrap_err().contains("limit"));
        let groups = "(a)".repeat(8) + "(?<x>b)";
        assert!(Pattern::tried(&groups, "x").unwrap_err().contains("group"));
    }
}
