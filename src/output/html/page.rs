//! The page as a whole: head with a strict content security policy, what to revoke first, the charts, the list,
//! and what was not covered. In flows a report, out flows one HTML file that loads nothing and sends nothing.

use std::fmt::Write as _;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::fact::{self, Fact};
use super::{entry, glance};
use crate::finding::Finding;
use crate::output::markup::xml;
use crate::output::story::{self, Exposure};
use crate::output::{Options, calendar, json, words};
use crate::report::Report;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Entries at the top.
const FIRST: usize = 5;

/// More secrets of one entry at the top.
const ALSO: usize = 4;

/// Entries of the lists of ignored, skipped and unread things.
const MOST: usize = 500;

/// Writes the page.
pub(in crate::output) fn write(
    report: &Report<'_>,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let facts = fact::gather(report);
    head(report, out)?;
    out.write_all(summary(report, &facts, options).as_bytes())?;
    if !facts.is_empty() {
        out.write_all(first(report, &facts, options).as_bytes())?;
        out.write_all(charts(&facts, options).as_bytes())?;
        out.write_all(controls(&facts).as_bytes())?;
        for (n, fact) in facts.iter().enumerate() {
            out.write_all(entry::entry(report, fact, options, n == 0).as_bytes())?;
        }
        out.write_all(b"</div></section>\n")?;
    }
    out.write_all(rest(report).as_bytes())?;
    write!(
        out,
        "</main>\n<footer><p>skout {}. This file loads nothing and sends nothing; ticks stay in this browser.</p></footer>\n\
         <script>{SCRIPT}</script>\n</body></html>\n",
        env!("CARGO_PKG_VERSION"),
    )
}

fn head(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; \
         script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>skout: {}</title>\n<style>{STYLE}</style></head>\n<body>\n\
         <a class=\"skip\" href=\"#list\">To the list</a>\n",
        hash(STYLE),
        hash(SCRIPT),
        xml(&words::verdict(report)),
    )
}

fn summary(report: &Report<'_>, facts: &[Fact<'_>], options: &Options) -> String {
    let class = match (facts.is_empty(), report.receipt.complete()) {
        (false, _) => "found",
        (true, false) => "unread",
        (true, true) => "clean",
    };
    let time = calendar::date_time(options.now).replace('T', " ");
    let name =
        if options.name.is_empty() { String::new() } else { format!("<b>{}</b>, ", xml(&options.name)) };
    let mut html = format!(
        "<header class=\"{class}\"><p class=\"brand\">skout report</p><h1>{}</h1>\
         {}<p>{name}<time>{time} UTC</time>. {}</p></header>\n<main>\n",
        xml(&words::verdict(report)),
        reach(facts),
        xml(&words::receipt(report)),
    );
    if !report.receipt.complete() {
        let n = words::count(report.receipt.errors.len() as u64, "thing");
        let _ = writeln!(
            html,
            "<p class=\"warning\" role=\"alert\"><strong>Incomplete.</strong> {n} could not be read, so there may be \
             more than this page shows. <a href=\"#unread\">What to do about it</a></p>"
        );
    }
    html
}

/// How many got out, and how many can still be kept in; empty if nobody asked git.
fn reach(facts: &[Fact<'_>]) -> String {
    let n = |exposure| facts.iter().filter(|f| f.exposure == exposure).count() as u64;
    let (pushed, kept) = (n(Exposure::Pushed), n(Exposure::Unpushed) + n(Exposure::Uncommitted));
    let mut parts = Vec::new();
    if pushed > 0 {
        let (verb, them) = if pushed == 1 { ("was", "it") } else { ("were", "them") };
        parts.push(format!(
            "<b>{} {verb} pushed</b>: others may have read {them}, so begin there.",
            words::number(pushed)
        ));
    }
    if kept > 0 {
        let verb = if kept == 1 { "has" } else { "have" };
        parts.push(format!("{} {verb} not been pushed yet.", words::number(kept)));
    }
    if parts.is_empty() { String::new() } else { format!("<p class=\"reach\">{}</p>", parts.join(" ")) }
}

/// What to do first.
fn first(report: &Report<'_>, facts: &[Fact<'_>], options: &Options) -> String {
    let mut html = String::from("<section class=\"first\"><h2>Start here</h2><ol>");
    for task in story::tasks(report).iter().take(FIRST) {
        let fact_of = |finding: &&Finding| facts.iter().find(|f| std::ptr::eq(f.finding, *finding));
        let alike: Vec<&Fact<'_>> = task.findings.iter().take(1 + ALSO).filter_map(fact_of).collect();
        let Some((fact, others)) = alike.split_first() else { continue };
        let severity = words::severity(fact.finding.severity);
        let since = fact.since.map_or_else(String::new, |time| format!(", since {}", glance::day(time)));
        let _ = write!(
            html,
            "<li><a href=\"#{id}\"><span class=\"badge {severity}\">{severity}</span> {name} \
             <code class=\"secret\">{mask}</code></a> <span class=\"chip\">{reach}{since}</span><br>{}{}</li>",
            entry::linked(&task.step),
            also(others, task.findings.len() - alike.len(), options),
            id = fact.finding.fingerprint,
            name = xml(&fact.rule.name),
            mask = xml(&json::shown(fact.finding, options)),
            reach = fact.reach(),
        );
    }
    html += "</ol>";
    if facts.len() > FIRST {
        let _ =
            write!(html, "<p><a href=\"#list\">All {}</a></p>", words::count(facts.len() as u64, "secret"));
    }
    html + "</section>\n"
}

/// The other secrets of one entry, by their masks, and how many `more` there are.
fn also(others: &[&Fact<'_>], more: usize, options: &Options) -> String {
    let link = |f: &&Fact<'_>| {
        let mask = xml(&json::shown(f.finding, options));
        format!("<a href=\"#{}\"><code class=\"secret\">{mask}</code></a>", f.finding.fingerprint)
    };
    let mut links: Vec<String> = others.iter().map(link).collect();
    if more > 0 {
        links.push(format!("{} more", words::number(more as u64)));
    }
    let links = words::list(&links);
    if links.is_empty() { links } else { format!("<br><span class=\"also\">The same for {links}</span>") }
}

fn charts(facts: &[Fact<'_>], options: &Options) -> String {
    let of = |get: &dyn Fn(&Fact<'_>) -> String| facts.iter().map(get).collect::<Vec<String>>();
    let severities = of(&|f| words::severity(f.finding.severity).to_owned());
    let providers = of(&|f| f.rule.provider.to_string());
    let reaches = of(&|f| f.reach().to_owned());
    let ages = of(&|f| f.age(options.now).to_owned());
    let all = |values: &[String], title: &str, key: &str, order: &[&str]| {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        glance::bars(title, key, &values, order)
    };
    let known = |values: &[String], none: &str| values.iter().any(|v| v != none);
    let mut html = String::from("<section aria-label=\"At a glance\" class=\"glance\">");
    html += &all(&severities, "Severity", "severity", &["critical", "high", "medium", "low"]);
    if known(&reaches, "working tree") {
        let order = ["pushed", "pushed, in history only", "committed", "in history only"];
        html += &all(&reaches, "Exposure", "reach", &order);
    }
    html += &all(&providers, "Provider", "provider", &[]);
    let order = ["under a week", "under a month", "under a year", "over a year", "age not known"];
    if known(&ages, "age not known") {
        html += &all(&ages, "Age", "age", &order);
    }
    html += &glance::time_line(facts, options.now);
    html + "</section>\n"
}

fn controls(facts: &[Fact<'_>]) -> String {
    let n = facts.len();
    format!(
        "<section id=\"list\"><h2>All secrets</h2>\
         <form class=\"controls\" hidden><label>Search <input type=\"search\" id=\"search\" autocomplete=\"off\"></label>\
         <label>Order <select id=\"order\"><option value=\"urgency\">most urgent first</option>\
         <option value=\"severity\">severity</option><option value=\"newest\">newest first</option>\
         <option value=\"oldest\">oldest first</option><option value=\"provider\">provider</option>\
         <option value=\"path\">path</option></select></label>\
         <button type=\"button\" id=\"clear\">Show all</button> <button type=\"button\" id=\"unfold\">Unfold all</button>\
         <p id=\"shown\" role=\"status\">{n} of {n} shown</p></form>\n<div id=\"findings\">\n"
    )
}

/// What could not be read, what does not count, what was left out.
fn rest(report: &Report<'_>) -> String {
    let unread = report.receipt.errors.iter().map(|e| (e.place.clone(), words::trouble(e)));
    let ignored = report.ignored.iter().map(|i| {
        let rule = &report.rules.get(i.rule).name;
        (story::spot(&i.place), format!("{rule}: {}", i.reason))
    });
    let stale = report.stale.iter().map(|s| (s.place.clone(), format!("{}: {}", s.entry, s.problem)));
    let skipped = report.receipt.skipped.iter().cloned();
    list("Could not be read", "unread", &unread.collect::<Vec<_>>(), true)
        + &list("Found, and set aside", "ignored", &ignored.collect::<Vec<_>>(), false)
        + &list("Ignore entries that do nothing", "stale", &stale.collect::<Vec<_>>(), false)
        + &list("Left out on purpose", "skipped", &skipped.collect::<Vec<_>>(), false)
}

fn list(title: &str, id: &str, rows: &[(String, String)], open: bool) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let open = if open { " open" } else { "" };
    let mut html = format!(
        "<section id=\"{id}\" class=\"rest\"><details{open}><summary><h2>{title} ({})</h2></summary><ul>",
        rows.len()
    );
    for (place, what) in rows.iter().take(MOST) {
        let _ = write!(html, "<li><span class=\"spot\">{}</span>: {}</li>", xml(place), xml(what));
    }
    if rows.len() > MOST {
        let _ = write!(html, "<li>and {} more</li>", rows.len() - MOST);
    }
    html + "</ul></details></section>\n"
}
