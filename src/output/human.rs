//! The report for a person at a terminal: the next step first, then where, since when and why, and the
//! receipt last. In flows a report, out flow lines that make sense without colour, read aloud, and at 60
//! columns. It prints no secret and no control character of the scanned content.

use std::io::{self, Write};

use colored::{Color, Colorize, control};

use super::write::Options;
use super::{json, sanitize, story, words, wrap};
use crate::finding::{Finding, Frame, Place, Status};
use crate::report::Report;
use crate::rule::Severity;

/// Places, reasons and errors shown without `--verbose`.
const FEW: usize = 3;
const FEW_ERRORS: usize = 10;

/// Columns before the text of a labelled line.
const INDENT: usize = 11;

/// Writes the report.
pub(super) fn write(report: &Report<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if options.colour {
        // The caller has decided; the package would ask the environment again.
        control::set_override(true);
    }
    let mut page = Page { options, out };
    for finding in &report.findings {
        page.finding(report, finding)?;
    }
    page.troubles(report)?;
    if options.quiet {
        return Ok(());
    }
    page.stale(report)?;
    if options.verbose {
        page.set_aside(report)?;
    }
    page.receipt(report)
}

struct Page<'a> {
    options: &'a Options,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn finding(&mut self, report: &Report<'_>, finding: &Finding) -> io::Result<()> {
        let rule = report.rules.get(finding.rule);
        self.header(report, finding)?;
        let steps = story::steps(report, finding);
        let shown = if self.options.verbose { steps.len() } else { 1 };
        for (n, step) in steps.iter().take(shown).enumerate() {
            self.label(if n == 0 { "Do now:" } else { "Then:" }, step)?;
        }
        self.places(finding)?;
        if let Some(origin) = finding.places.iter().find_map(|p| p.origin.as_deref()) {
            if let Some(since) = story::introduced(origin) {
                self.label("Since:", &since)?;
            }
            if let Some(now) = story::now(finding) {
                self.label("Now:", &now)?;
            }
            if let Some(link) = &origin.link {
                self.label("See:", link)?;
            }
        }
        let few = if self.options.verbose { usize::MAX } else { FEW };
        let mut why = words::belief(finding.confidence).to_owned();
        let reasons: Vec<&str> = finding.reasons.iter().take(few).map(|r| r.text.as_str()).collect();
        if !reasons.is_empty() {
            why += &format!(": {}", reasons.join("; "));
        }
        self.label("Why:", &why)?;
        for linked in &finding.linked {
            self.label("With:", &format!("{} {}", linked.kind, linked.text))?;
        }
        if self.options.verbose {
            self.label("Risk:", &rule.impact)?;
            self.label("Rule:", &format!("{}, fingerprint {}", rule.id, finding.fingerprint))?;
        }
        writeln!(self.out)
    }

    /// `CRITICAL: OpenAI API key sk-proj-ab…9f3A`, and whether it is alive.
    fn header(&mut self, report: &Report<'_>, finding: &Finding) -> io::Result<()> {
        let rule = report.rules.get(finding.rule);
        let word = words::severity(finding.severity).to_uppercase();
        let named = rule.name.to_lowercase().contains(&rule.provider.to_lowercase());
        let provider =
            if named || rule.provider.is_empty() { String::new() } else { format!(" ({})", rule.provider) };
        let name = format!("{}{provider}", rule.name);
        let secret = sanitize::line(&json::shown(finding, self.options)).into_owned();
        let word = self.paint(&word, severity_colour(finding.severity), true);
        let title = sanitize::line(&name).into_owned();
        let shown = self.paint(&secret, Color::Cyan, true);
        if wrap::width(&title) + wrap::width(&secret) + 11 <= self.options.width {
            writeln!(self.out, "{word}: {title} {shown}")?;
        } else {
            writeln!(self.out, "{word}: {title}\n  {shown}")?;
        }
        match &finding.status {
            Status::Unverified => Ok(()),
            Status::Live(text) => self.label("ALIVE:", text),
            Status::Restricted(text) => self.label("Alive:", &format!("with limits: {text}")),
            Status::Dead(text) => self.label("Dead:", text),
            Status::Unknown(text) => self.label("Alive?", text),
        }
    }

    fn places(&mut self, finding: &Finding) -> io::Result<()> {
        let all = finding.places.len();
        let shown = if self.options.verbose { all } else { all.min(FEW) };
        for (n, place) in finding.places.iter().take(shown).enumerate() {
            self.label(if n == 0 { "Where:" } else { "Also:" }, &place_words(place))?;
            if n == 0 || self.options.verbose {
                self.frame(&place.frame)?;
            }
        }
        if all > shown {
            let more = words::count((all - shown) as u64, "more place");
            self.label("", &format!("and {more}; --verbose shows all"))?;
        }
        Ok(())
    }

    /// The source line, cut to the screen round the masked secret.
    fn frame(&mut self, frame: &Frame) -> io::Result<()> {
        if frame.text.trim().is_empty() {
            return Ok(());
        }
        let part = |from: usize, to: usize| -> String {
            let text: String = frame.text.chars().skip(from).take(to.saturating_sub(from)).collect();
            sanitize::line(&text).into_owned()
        };
        let before = part(0, frame.from);
        let mask = part(frame.from, frame.to);
        let after = part(frame.to, usize::MAX);
        let room = self.options.width.saturating_sub(INDENT + wrap::width(&mask));
        let before =
            wrap::cut_start(before.trim_start(), room.saturating_sub(wrap::width(&after).min(room / 3)));
        let after = wrap::cut_end(after.trim_end(), room.saturating_sub(wrap::width(&before)));
        let guard = guard("", &format!("{before}{mask}{after}"));
        let mask = self.paint(&mask, Color::Cyan, true);
        writeln!(self.out, "{:INDENT$}{guard}{before}{mask}{after}", "")
    }

    /// What could not be read, and what to do about it.
    fn troubles(&mut self, report: &Report<'_>) -> io::Result<()> {
        let errors = &report.receipt.errors;
        if errors.is_empty() {
            return Ok(());
        }
        let word = self.paint("COULD NOT BE READ", Color::Yellow, true);
        writeln!(self.out, "{word}: {}", words::count(errors.len() as u64, "thing"))?;
        let shown = if self.options.verbose { errors.len() } else { errors.len().min(FEW_ERRORS) };
        for error in &errors[..shown] {
            let advice = if error.advice.is_empty() { String::new() } else { format!("; {}", error.advice) };
            self.label("", &format!("{}: {}{advice}", error.place, error.problem))?;
        }
        if errors.len() > shown {
            self.label("", &format!("and {} more; --verbose shows all", errors.len() - shown))?;
        }
        writeln!(self.out)
    }

    /// Ignore entries that no longer do anything.
    fn stale(&mut self, report: &Report<'_>) -> io::Result<()> {
        for entry in &report.stale {
            let text = format!("{}: {}: {}", entry.place, entry.entry, entry.problem);
            self.label("Stale:", &text)?;
        }
        if report.stale.is_empty() { Ok(()) } else { writeln!(self.out) }
    }

    /// What does not count and what was left out, each with its reason.
    fn set_aside(&mut self, report: &Report<'_>) -> io::Result<()> {
        for ignored in &report.ignored {
            let rule = &report.rules.get(ignored.rule).id;
            self.label("Ignored:", &format!("{}: {rule}: {}", story::spot(&ignored.place), ignored.reason))?;
        }
        for (name, reason) in &report.receipt.skipped {
            self.label("Skipped:", &format!("{name}: {reason}"))?;
        }
        let none = report.ignored.is_empty() && report.receipt.skipped.is_empty();
        if none { Ok(()) } else { writeln!(self.out) }
    }

    fn receipt(&mut self, report: &Report<'_>) -> io::Result<()> {
        let found = !report.findings.is_empty();
        let colour = match (found, report.receipt.complete()) {
            (true, _) => Color::Red,
            (false, false) => Color::Yellow,
            (false, true) => Color::Green,
        };
        for line in wrap::wrap(&words::verdict(report), self.options.width) {
            let line = self.paint(&line, colour, true);
            writeln!(self.out, "{line}")?;
        }
        if report.findings.len() > FEW {
            self.begin(report)?;
        }
        self.paragraph(&words::receipt(report))?;
        if found && !self.options.verbose {
            self.paragraph(
                "Not a secret? Write skout:allow and the reason in a comment on its line, or see \
                 skout ignore --help. More: --verbose.",
            )?;
        }
        Ok(())
    }

    /// Where to begin, for whom the list has run off the screen.
    fn begin(&mut self, report: &Report<'_>) -> io::Result<()> {
        writeln!(self.out, "Begin with:")?;
        for (n, task) in story::tasks(report).iter().take(FEW).enumerate() {
            let Some(first) = task.findings.first() else { continue };
            let mut masks: Vec<String> =
                task.findings.iter().take(FEW).map(|f| json::shown(f, self.options)).collect();
            if task.findings.len() > FEW {
                masks.push(format!("{} more", words::number((task.findings.len() - FEW) as u64)));
            }
            let name = &report.rules.get(first.rule).name;
            let reach = story::exposure(report, first).word();
            let text = format!("{name} {} ({reach}). {}", words::list(&masks), task.step);
            self.label(&format!("{}.", n + 1), &text)?;
        }
        Ok(())
    }

    fn paragraph(&mut self, text: &str) -> io::Result<()> {
        wrap::wrap(text, self.options.width).iter().try_for_each(|line| writeln!(self.out, "{line}"))
    }

    /// A labelled line, its text sanitised and wrapped with a hanging indent.
    fn label(&mut self, label: &str, text: &str) -> io::Result<()> {
        let room = self.options.width.saturating_sub(INDENT).max(20);
        let pad = (INDENT - 2).saturating_sub(wrap::width(label));
        let mut start = format!("  {}{:pad$}", self.paint(label, Color::White, true), "");
        for line in wrap::wrap(&sanitize::line(text), room) {
            let guard = guard(&start, &line);
            writeln!(self.out, "{start}{guard}{line}")?;
            start = " ".repeat(INDENT);
        }
        Ok(())
    }

    fn paint(&self, text: &str, colour: Color, bold: bool) -> String {
        match (self.options.colour && !text.is_empty(), bold, colour) {
            (false, ..) => text.to_owned(),
            (true, true, Color::White) => text.bold().to_string(),
            (true, true, _) => text.color(colour).bold().to_string(),
            (true, false, _) => text.color(colour).to_string(),
        }
    }
}

/// What must stand before text of the sources that would begin a line with `::`, which GitHub's runner takes for
/// a command however far it is indented.
fn guard(start: &str, line: &str) -> &'static str {
    if start.trim().is_empty() && line.starts_with("::") { "> " } else { "" }
}

fn severity_colour(severity: Severity) -> Color {
    match severity {
        Severity::Critical | Severity::High => Color::Red,
        Severity::Medium => Color::Yellow,
        Severity::Low => Color::Blue,
    }
}

/// `src/app.js:3:14 (inside base64), shipped to browsers`.
fn place_words(place: &Place) -> String {
    let mut text = story::spot(place);
    if !place.decoded.is_empty() {
        text += &format!(" (inside {})", place.decoded.join(", "));
    }
    if let Some(exposure) = place.exposure {
        text += &format!(", {exposure}");
    }
    text
}
