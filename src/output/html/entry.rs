//! One secret on the page: what to do as a checklist, every place with its masked line, who and when. In flow
//! facts, out flows HTML in which all text of the sources is escaped and only https links are links.

use std::fmt::Write as _;

use super::fact::Fact;
use crate::finding::{Place, Status};
use crate::output::markup::xml;
use crate::output::{Options, json, story, words};
use crate::report::Report;

/// Places shown of one secret.
const MOST_PLACES: usize = 50;

/// The entry of one secret; `open` shows it unfolded.
pub(super) fn entry(report: &Report<'_>, fact: &Fact<'_>, options: &Options, open: bool) -> String {
    let finding = fact.finding;
    let severity = words::severity(finding.severity);
    let main = story::present_place(finding);
    let places = finding.places.len();
    let more =
        if places > 1 { format!(" and {} more", words::number(places as u64 - 1)) } else { String::new() };
    let mut html = format!(
        "<article id=\"{id}\" class=\"finding\" data-severity=\"{severity}\" data-provider=\"{provider}\" \
         data-reach=\"{reach}\" data-age=\"{age}\" data-since=\"{since}\" data-urgency=\"{urgency}\" data-path=\"{path}\">\
         <details{open}><summary><h3><span class=\"badge {severity}\">{severity}</span> {name} \
         <code class=\"secret\">{mask}</code></h3>\
         <p class=\"meta\">{alive}<span class=\"chip\">{reach}</span> <span class=\"spot\">{spot}</span>{more}</p></summary>",
        id = finding.fingerprint,
        provider = xml(&fact.rule.provider),
        reach = fact.reach(),
        age = fact.age(options.now),
        since = fact.since.unwrap_or(0),
        urgency = fact.urgency,
        path = xml(&main.path),
        open = if open { " open" } else { "" },
        name = xml(&fact.rule.name),
        mask = xml(&json::shown(finding, options)),
        alive = alive(&finding.status),
        spot = xml(&story::spot(main)),
    );
    html += &checklist(report, fact);
    html += "<h4>Where it stands</h4><ul class=\"places\">";
    finding.places.iter().take(MOST_PLACES).for_each(|p| html += &place(p));
    if places > MOST_PLACES {
        let _ = write!(html, "<li>and {} more places</li>", places - MOST_PLACES);
    }
    html += "</ul>";
    html += &why(fact);
    html + "</details></article>\n"
}

fn alive(status: &Status) -> String {
    let (class, text) = match status {
        Status::Unverified => return String::new(),
        Status::Live(text) => ("live", format!("works: {text}")),
        Status::Restricted(text) => ("live", format!("works, with limits: {text}")),
        Status::Dead(text) => ("dead", format!("does not work any more: {text}")),
        Status::Unknown(text) => ("unknown", format!("alive or not is not known: {text}")),
    };
    format!("<span class=\"chip {class}\">{}</span> ", xml(&text))
}

fn checklist(report: &Report<'_>, fact: &Fact<'_>) -> String {
    let mut html = String::from("<h4>What to do</h4><ol class=\"steps\">");
    for (n, step) in story::steps(report, fact.finding).iter().enumerate() {
        let id = format!("{}-{n}", fact.finding.fingerprint);
        let _ = write!(
            html,
            "<li><input type=\"checkbox\" id=\"{id}\"><label for=\"{id}\">{}</label></li>",
            linked(step)
        );
    }
    html + "</ol>"
}

fn place(place: &Place) -> String {
    let mut html = format!("<li><p class=\"spot\">{}", xml(&story::spot(place)));
    if !place.decoded.is_empty() {
        let _ = write!(html, " <span class=\"chip\">inside {}</span>", xml(&place.decoded.join(", ")));
    }
    if let Some(exposure) = place.exposure {
        let _ = write!(html, " <span class=\"chip live\">{}</span>", xml(exposure));
    }
    html += "</p>";
    let frame = &place.frame;
    if !frame.text.trim().is_empty() {
        let part = |from: usize, to: usize| -> String {
            frame.text.chars().skip(from).take(to.saturating_sub(from)).collect()
        };
        let _ = write!(
            html,
            "<pre><code>{}<mark>{}</mark>{}</code></pre>",
            xml(part(0, frame.from).trim_start()),
            xml(&part(frame.from, frame.to)),
            xml(part(frame.to, usize::MAX).trim_end()),
        );
    }
    if let Some(origin) = place.origin.as_deref() {
        if let Some(since) = story::introduced(origin) {
            let _ = write!(html, "<p>Since: {}</p>", xml(&since));
        }
        let _ = write!(html, "<p>Now: {}</p>", xml(&story::whereabouts(origin)));
        if let Some(link) = origin.link.as_deref().filter(|l| l.starts_with("https://")) {
            let _ = write!(html, "<p>{}</p>", linked(link));
        }
    }
    html + "</li>"
}

fn why(fact: &Fact<'_>) -> String {
    let finding = fact.finding;
    let mut html = format!("<h4>Why it is believed</h4><p>{}", words::belief(finding.confidence));
    for (n, reason) in finding.reasons.iter().enumerate() {
        let _ = write!(html, "{}{}", if n == 0 { ": " } else { "; " }, xml(&reason.text));
    }
    html += ".</p>";
    for linked in &finding.linked {
        let _ = write!(html, "<p>Belongs to {} <code>{}</code></p>", xml(&linked.kind), xml(&linked.text));
    }
    if !fact.rule.impact.is_empty() {
        let _ = write!(html, "<h4>What it opens</h4><p>{}</p>", linked(&fact.rule.impact));
    }
    let _ = write!(
        html,
        "<p class=\"small\">Rule <code>{}</code>, fingerprint <code>{}</code></p>",
        xml(&fact.rule.id),
        finding.fingerprint
    );
    html
}

/// Escaped text whose https addresses are links.
pub(super) fn linked(text: &str) -> String {
    let word = |word: &str| {
        let address = word.trim_end_matches(['.', ',', ';', ')', ':']);
        if !address.starts_with("https://") {
            return xml(word);
        }
        let (safe, rest) = (xml(address), xml(&word[address.len()..]));
        format!("<a href=\"{safe}\" rel=\"noreferrer noopener\">{safe}</a>{rest}")
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
