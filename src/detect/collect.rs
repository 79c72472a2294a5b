//! From anchors to candidates: what each rule takes for a secret where its anchor stands.
//!
//! In flow a view and its hits, out flow candidates nobody has judged yet, each once. A rule with
//! keywords gets a candidate only where one of them stands near.

use std::ops::Range;
use std::sync::OnceLock;

use super::anchors::{Action, Anchors, Hit};
use super::assign::{self, Assignment, Form, loose};
use super::candidate::Candidate;
use super::context::{self, Near, Neighbourhood};
use super::judge::{COLOUR, coloured};
use super::lexicon::{Kind, Name, name};
use super::patterns::{self, Paths, Patterns, Shapes};
use super::said;
use super::scene::Scene;
use super::sweep::{Search, Sweep, Sweeps};
use super::tried::Tried;
use super::url;
use super::view::View;
use crate::blob::{Blob, BlobKind};
use crate::rule::{Judged, Rule, RuleId, RuleSet, Syntax};

/// Looks for candidates in one view.
#[derive(Clone, Copy)]
pub(crate) struct Collector<'v> {
    /// The rules of the run.
    pub rules: &'v RuleSet,
    /// The anchors of the rules.
    pub anchors: &'v Anchors,
    /// The keywords of the rules.
    pub keywords: &'v Anchors,
    /// The patterns of the rules.
    pub patterns: &'v Patterns,
    /// Where each rule applies.
    pub paths: &'v Paths,
    /// The rules for values of any assignment, called by keyword.
    pub called: &'v [RuleId],
    /// Those for files of certain names that hold nothing but one value.
    pub files: &'v [RuleId],
    /// What these may want, once it was asked.
    pub shapes: &'v OnceLock<Shapes>,
    /// What the blob's candidates share.
    pub scene: &'v Scene<'v>,
}

/// What a rule takes for a secret, before it is a candidate.
struct Catch {
    span: Range<usize>,
    whole: Range<usize>,
    key: Option<Range<usize>>,
    said: Option<Name>,
    form: Form,
    /// How far away the nearest keyword stands, if the rule wants one.
    distance: Option<usize>,
}

/// The lengths of a text that is looked at as a whole, in bytes.
const WHOLE: Range<usize> = 8..129;

/// How far before a value the name of the service may stand where nothing but a word gives it, in bytes.
const SPOKEN: usize = 48;

/// How many lines away the name of the service may stand, whatever the rule says, where the name that is
/// assigned to says nothing but `key` or `token`.
const BARE: u16 = 2;

impl<'v> Collector<'v> {
    /// What the rules take for secrets at these hits.
    pub(crate) fn collect(&self, view: &'v View<'v>, hits: &[Hit], out: &mut Vec<Candidate<'v>>) {
        let mut last = None;
        let (mut tried, mut sweeps) = (Tried::default(), Sweeps::default());
        for &hit in hits {
            for action in self.anchors.actions(hit) {
                match *action {
                    Action::Rule(n) if self.rules.is_enabled(RuleId(n)) => {
                        let id = RuleId(n);
                        match self.rules.get(id).syntax {
                            Syntax::Pattern if tried.enough(id, view.bytes, hit.at) => {}
                            Syntax::Pattern => {
                                let end = self.matched(id, view, (hit, &mut sweeps), out);
                                tried.note(id, view.bytes, hit.at, end);
                            }
                            Syntax::Assignment if self.rules.get(id).is_called() => {
                                self.branded(id, view, hit, out);
                            }
                            Syntax::Assignment if tried.given(view.bytes, &hit.span()) => {}
                            Syntax::Assignment => {
                                let value = self.assigned(id, view, (hit, &mut last), out);
                                value.iter().for_each(|value| tried.note_value(value));
                            }
                            Syntax::Url => self.in_url(id, view, hit, out),
                        }
                    }
                    Action::Rule(_) | Action::Decode(_) => {}
                }
            }
        }
        if view.parent.is_none() && is_one_value(view.blob) {
            self.whole(view, out);
        }
    }

    /// Tries the rules for certain files on a text that is nothing but one value, as the file of a key is.
    fn whole(&self, view: &'v View<'v>, out: &mut Vec<Candidate<'v>>) {
        let value = view.bytes.trim_ascii_end();
        // A value whose paths are not known yet may fit a rule for other files: it must not take the place of what was found.
        let taken = !out.is_empty();
        for &id in self.files.iter().filter(|id| !(taken && self.rules.get(**id).is_file())) {
            if self.value_fits(id, value) && self.path_fits(id, view) {
                let said = named(self.rules.get(id));
                let form = if said.is_some() { Form::Quoted } else { Form::Bare };
                let catch = Catch { said, form, ..Catch::of_pattern(0..value.len(), 0..value.len()) };
                self.add(id, view, catch, out);
            }
        }
    }

    /// Runs a rule's pattern at the anchor or round it; returns where its match ends.
    fn matched(
        &self,
        id: RuleId,
        view: &'v View<'v>,
        (hit, sweeps): (Hit, &mut Sweeps),
        out: &mut Vec<Candidate<'v>>,
    ) -> Option<usize> {
        let rule = self.rules.get(id);
        let bytes = view.bytes;
        if goes_on(rule, bytes, hit.at) || !self.path_fits(id, view) {
            return None;
        }
        let span = hit.span();
        if rule.starts && !patterns::may_begin(rule, &bytes[span.start..]) {
            return None;
        }
        let pattern = self.patterns.get(id, rule)?;
        let search = Search { pattern, bytes, longest: rule.window as usize };
        let found = over(rule, search, &span, sweeps.of(pattern))?;
        let end = found.end;
        let catch =
            Catch { said: named(rule), form: Form::Quoted, ..Catch::of_pattern(search.part(&found), found) };
        self.push(id, view, catch, out);
        Some(end)
    }

    /// Reads the assignment at the anchor; returns the value. `last` is where the last value that rules were called
    /// for begins.
    fn assigned(
        &self,
        id: RuleId,
        view: &'v View<'v>,
        (hit, last): (Hit, &mut Option<usize>),
        out: &mut Vec<Candidate<'v>>,
    ) -> Option<Range<usize>> {
        let anchor = hit.span();
        let Some(found) = assign::read(view.bytes, &anchor) else {
            self.below(id, view, &anchor, out);
            if let Some(value) = loose::behind(view.bytes, &anchor)
                && *last != Some(value.start)
            {
                *last = Some(value.start);
                self.call(view, &Assignment { key: anchor, value, form: Form::Spoken }, out);
            }
            return None;
        };
        let value = found.value.clone();
        if value.len() >= assign::LONGEST || !self.path_fits(id, view) {
            return Some(value);
        }
        let rule = self.rules.get(id);
        if *last != Some(found.value.start) && !self.called.is_empty() {
            *last = Some(found.value.start);
            self.call(view, &found, out);
        }
        let said = if is_generic(rule) {
            let Some(name) = said::read(view.bytes, &anchor, &found) else { return Some(value) };
            // `primary_keys("posts")` asks for the keys of something.
            let plural = found.form == Form::Called && view.bytes[found.key.clone()].ends_with(b"s");
            if found.form == Form::Called && !name.last || plural {
                return Some(value);
            }
            Some(name)
        } else {
            None
        };
        if self.value_fits(id, &view.bytes[value.clone()]) {
            self.push(id, view, Catch::of(found, said), out);
        }
        Some(value)
    }

    /// Takes the cells of the column that the word at the anchor names.
    fn below(&self, id: RuleId, view: &'v View<'v>, anchor: &Range<usize>, out: &mut Vec<Candidate<'v>>) {
        let Some((key, cells)) = assign::table::column(view.bytes, anchor) else { return };
        if !is_generic(self.rules.get(id)) || !self.path_fits(id, view) {
            return;
        }
        let word = anchor.start - key.start..anchor.end - key.start;
        let Some(said) = name::read(&view.bytes[key.clone()], &word) else { return };
        for cell in cells {
            let (key, said) = (Some(key.clone()), Some(said.clone()));
            let form = Form::Quoted;
            self.push(id, view, Catch { key, said, form, ..Catch::of_pattern(cell.clone(), cell) }, out);
        }
    }

    /// Tries the rules that are called by keyword on a value that looks like a token.
    fn call(&self, view: &'v View<'v>, found: &Assignment, out: &mut Vec<Candidate<'v>>) {
        let value = &view.bytes[found.value.clone()];
        let shapes = self.shapes.get_or_init(|| Shapes::of(self.rules));
        if !may_be_token(shapes, value, found.form) || name::goes_on(&view.bytes[found.key.clone()]) {
            return;
        }
        let near = self.near(view, &found.value, Some(&found.key));
        for near in near {
            let id = RuleId(near.rule);
            if self.called.binary_search(&id).is_err() || !self.path_fits(id, view) {
                continue;
            }
            let rule = self.rules.get(id);
            let reach = match found.form {
                // Nothing but a word for a key stands between the name of the service and the value.
                Form::Spoken if near.distance > SPOKEN => continue,
                Form::Spoken => 0,
                _ if name::is_bare(&view.bytes[found.key.clone()]) => rule.near.max(BARE),
                _ => rule.near,
            };
            if near.lines > usize::from(reach) || !self.value_fits(id, value) {
                continue;
            }
            let found = Assignment { key: found.key.clone(), value: found.value.clone(), form: found.form };
            let catch = Catch { distance: Some(near.distance), ..Catch::of(found, None) };
            self.add(id, view, catch, out);
        }
    }

    /// Tries a rule that is called by keyword on what stands behind the name of its service.
    fn branded(&self, id: RuleId, view: &'v View<'v>, hit: Hit, out: &mut Vec<Candidate<'v>>) {
        let name = hit.span();
        let Some(value) = loose::read(view.bytes, &name) else { return };
        if !context::stands_alone(view.bytes, &name)
            || !self.path_fits(id, view)
            || !self.value_fits(id, &view.bytes[value.clone()])
        {
            return;
        }
        let distance = Some(value.start - name.end);
        let whole = name.start..value.end;
        let catch = Catch { distance, form: Form::Quoted, ..Catch::of_pattern(value, whole) };
        self.add(id, view, catch, out);
    }

    /// Reads the URL at the anchor.
    fn in_url(&self, id: RuleId, view: &'v View<'v>, hit: Hit, out: &mut Vec<Candidate<'v>>) {
        let Some((span, whole)) = url::read(view.bytes, &hit.span()) else { return };
        if !self.path_fits(id, view) {
            return;
        }
        let said = Some(Name::of(Kind::Password));
        self.push(id, view, Catch { said, form: Form::Quoted, ..Catch::of_pattern(span, whole) }, out);
    }

    /// Whether the rule's pattern, if it has one, is the shape of the whole value.
    fn value_fits(&self, id: RuleId, value: &[u8]) -> bool {
        self.patterns.fit(id, self.rules.get(id), value)
    }

    fn near(&self, view: &'v View<'v>, span: &Range<usize>, key: Option<&Range<usize>>) -> Vec<Near> {
        context::keywords_near(&Neighbourhood { view, span, key }, self.keywords)
    }

    /// Adds a candidate, if a keyword stands near in case the rule wants one.
    fn push(&self, id: RuleId, view: &'v View<'v>, mut catch: Catch, out: &mut Vec<Candidate<'v>>) {
        let rule = self.rules.get(id);
        if !rule.keywords.is_empty() {
            let near = self.near(view, &catch.span, catch.key.as_ref());
            let own = near.iter().find(|n| n.rule == id.0 && n.lines <= usize::from(rule.near));
            let Some(own) = own else { return };
            catch.distance = Some(own.distance);
        }
        self.add(id, view, catch, out);
    }

    /// Adds a candidate, once.
    fn add(&self, id: RuleId, view: &'v View<'v>, catch: Catch, out: &mut Vec<Candidate<'v>>) {
        let rule: &'v Rule = self.rules.get(id);
        if out.iter().rev().take(8).any(|c| c.id == id && c.span == catch.span) {
            return;
        }
        out.push(Candidate {
            id,
            rule,
            view,
            scene: self.scene,
            span: catch.span,
            whole: catch.whole,
            key: catch.key,
            said: catch.said,
            form: catch.form,
            confidence: rule.confidence,
            proven: false,
            distance: catch.distance,
            reasons: Vec::new(),
        });
    }

    /// Whether the rule applies to files of this name.
    fn path_fits(&self, id: RuleId, view: &View<'_>) -> bool {
        // A blob of a history is scanned before its paths are known, and again under each of them.
        let rule = self.rules.get(id);
        view.blob.path.is_empty()
            || rule.paths.is_empty()
            || self.scene.applies(id, |path| self.paths.fit(id, rule, path))
    }
}

/// As what the rule has its secrets judged.
fn named(rule: &Rule) -> Option<Name> {
    match rule.judged {
        Judged::Shape | Judged::Hash => None,
        Judged::Password => Some(Name::of(Kind::Password)),
        Judged::Token => Some(Name::of(Kind::Token)),
    }
}

/// Whether a rule that is called by keyword may want a value that is given in this form.
pub(super) fn may_be_token(shapes: &Shapes, value: &[u8], form: Form) -> bool {
    shapes.fit(value) && (form != Form::Bare || value.iter().any(u8::is_ascii_digit))
}

/// Whether a rule for assignments asks for nothing but a name that says credential.
pub(super) fn is_generic(rule: &Rule) -> bool {
    rule.pattern.is_empty() && rule.keywords.is_empty()
}

/// Whether the anchor at `at` is the middle of a word, where the rule's pattern never begins.
pub(super) fn goes_on(rule: &Rule, bytes: &[u8], at: usize) -> bool {
    let word = |n: usize| bytes[n].is_ascii_alphanumeric() || bytes[n] == b'_';
    let ends_a_colour = || bytes[at - 1] == b'm' && coloured(&bytes[at.saturating_sub(COLOUR)..at]);
    rule.starts && !rule.inside_word && at > 0 && word(at - 1) && word(at) && !ends_a_colour()
}

/// The match of a rule's pattern at the anchor, or round it. `sweep` is what earlier anchors of this text found out.
pub(super) fn over(
    rule: &Rule,
    search: Search<'_>,
    anchor: &Range<usize>,
    sweep: &mut Sweep,
) -> Option<Range<usize>> {
    let from = if rule.starts { anchor.start } else { anchor.start.saturating_sub(search.longest) };
    let tried = search.pattern.is_tried();
    let found = if tried { search.at(from) } else { sweep.over(search, from, anchor) };
    // One that begins at its anchor, has no upper bound and goes on where it was not looked any further is none.
    let whole = |found: &Range<usize>| {
        !rule.starts || found.start == anchor.start && found.len() < search.longest && found.end >= anchor.end
    };
    found.filter(whole)
}

/// Whether a file holds nothing but one value, as that of a key does.
pub(super) fn is_one_value(blob: &Blob<'_>) -> bool {
    let value = blob.bytes.trim_ascii_end();
    let named = !blob.path.is_empty() || blob.object.is_some();
    WHOLE.contains(&value.len())
        && named
        && !matches!(blob.kind, BlobKind::Name | BlobKind::Message)
        && !value.iter().any(u8::is_ascii_whitespace)
}

impl Catch {
    fn of(found: Assignment, said: Option<Name>) -> Self {
        let whole = found.key.start.min(found.value.start)..found.value.end;
        Self { span: found.value, whole, key: Some(found.key), said, form: found.form, distance: None }
    }

    fn of_pattern(span: Range<usize>, whole: Range<usize>) -> Self {
        Self { span, whole, key: None, said: None, form: Form::Bare, distance: None }
    }
}
