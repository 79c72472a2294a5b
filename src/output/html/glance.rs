//! The charts of the page: bars by severity, provider, age and exposure, and the time line of introduction and
//! removal. In flow facts, out flows HTML whose numbers are text, so that a screen reader misses nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::fact::Fact;
use crate::output::markup::xml;
use crate::output::{calendar, words};

/// Rows of one chart; the rest is counted.
const MOST_BARS: usize = 8;

/// Secrets on the time line, the most urgent ones.
const MOST_LINES: usize = 12;

/// The shortest bar that can still be seen, in thousandths of the time line.
const LEAST: i64 = 12;

/// A chart with one bar a value, each a button that filters the list.
pub(super) fn bars(title: &str, key: &str, values: &[&str], order: &[&str]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    values.iter().for_each(|v| *counts.entry(v).or_default() += 1);
    let most = counts.values().max().copied().unwrap_or(1);
    let place = |v: &str| order.iter().position(|o| *o == v).unwrap_or(order.len());
    let mut rows: Vec<(&str, usize)> = counts.into_iter().collect();
    rows.sort_by_key(|(v, n)| (place(v), std::cmp::Reverse(*n), *v));
    let mut html = format!("<section class=\"card\"><h3>{}</h3><ul class=\"bars\">", xml(title));
    for (value, n) in rows.iter().take(MOST_BARS) {
        let share = (n * 100).div_ceil(most);
        let value = xml(if value.is_empty() { "unknown" } else { value });
        let _ = write!(
            html,
            "<li><button type=\"button\" disabled data-key=\"{key}\" data-value=\"{value}\" aria-pressed=\"false\">\
             <span class=\"name\">{value}</span><span class=\"n\">{n}</span>\
             <svg class=\"bar {key}-{class}\" aria-hidden=\"true\" height=\"8\" width=\"100%\"><rect width=\"{share}%\" height=\"8\" rx=\"4\"/></svg>\
             </button></li>",
            class = if key == "severity" { value.as_str() } else { "any" },
        );
    }
    if rows.len() > MOST_BARS {
        let rest: usize = rows[MOST_BARS..].iter().map(|(_, n)| n).sum();
        let _ = write!(html, "<li class=\"rest\">and {rest} in {} more</li>", rows.len() - MOST_BARS);
    }
    html + "</ul></section>"
}

/// One line a secret, from the day it was brought in to the day it was taken out, or until now.
pub(super) fn time_line(facts: &[Fact<'_>], now: i64) -> String {
    let dated: Vec<(&Fact<'_>, i64)> = facts.iter().filter_map(|f| Some((f, f.since?))).collect();
    let Some(first) = dated.iter().map(|(_, since)| *since).min() else { return String::new() };
    let span = (now - first).max(86_400);
    let at = |time: i64| (time - first).clamp(0, span) * 1000 / span;
    let mut html = format!(
        "<section class=\"card wide\"><h2>Since when</h2><p class=\"axis\"><span>{}</span><span>{}</span></p><ol class=\"lines\">",
        day(first),
        day(now.max(first)),
    );
    let mut shown: Vec<&(&Fact<'_>, i64)> = dated.iter().take(MOST_LINES).collect();
    shown.sort_by_key(|(_, since)| *since);
    for (fact, since) in shown {
        let to = at(fact.until.unwrap_or(now)).max(LEAST);
        let from = at(*since).min(to - LEAST);
        let until = match (fact.until, fact.in_head) {
            (Some(time), _) => format!("removed {}, still in the history", day(time)),
            (None, Some(false)) => "no longer in HEAD, still in the history".to_owned(),
            _ => "still there".to_owned(),
        };
        let severity = words::severity(fact.finding.severity);
        let end = if fact.until.is_some() { "gone" } else { "there" };
        let _ = write!(
            html,
            "<li><a href=\"#{id}\"><span class=\"name\">{name} <code>{mask}</code></span>\
             <svg class=\"line {severity}\" aria-hidden=\"true\" width=\"100%\" height=\"14\">\
             <rect class=\"track\" y=\"6\" width=\"100%\" height=\"2\"/>\
             <rect class=\"{end}\" x=\"{}.{}%\" y=\"3\" width=\"{}.{}%\" height=\"8\" rx=\"2\"/></svg>\
             <span class=\"when\">since {}: {until}</span></a></li>",
            from / 10,
            from % 10,
            (to - from) / 10,
            (to - from) % 10,
            day(*since),
            id = fact.finding.fingerprint,
            name = xml(&fact.rule.name),
            mask = xml(&fact.finding.secret.masked()),
        );
    }
    html += "</ol>";
    if dated.len() > MOST_LINES {
        let _ = write!(html, "<p class=\"rest\">The {MOST_LINES} most urgent of {}.</p>", dated.len());
    }
    html + "</section>"
}

/// `2024-05-01`.
pub(super) fn day(time: i64) -> String {
    let text = calendar::date_time(time);
    text.split('T').next().unwrap_or_default().to_owned()
}
