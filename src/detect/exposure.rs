//! Where a secret is exposed beyond the repository: what is shipped to browsers and phones is public.
//!
//! In flows a candidate; out flow a few words for the report, and how much worse that makes a leak.

use super::candidate::Candidate;
use crate::rule::Severity;

/// Prefixes of variables that build tools copy into what they ship to browsers: Next.js, Vite, Create React
/// App, Nuxt, Gatsby, Expo, SvelteKit and Vue CLI document them so.
const SHIPPED: &[&[u8]] = &[
    b"NEXT_PUBLIC_",
    b"VITE_",
    b"REACT_APP_",
    b"NUXT_PUBLIC_",
    b"GATSBY_",
    b"EXPO_PUBLIC_",
    b"PUBLIC_",
    b"VUE_APP_",
];

/// How far before a value the name of its variable may begin, in bytes.
const NAME: usize = 96;

/// Where the candidate is exposed, in words.
pub(crate) fn of(c: &Candidate<'_>) -> Option<&'static str> {
    if in_shipped_variable(c) {
        return Some("in a variable that is shipped to browsers");
    }
    let path = c.path().to_ascii_lowercase();
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let ends = |list: &[&str]| list.iter().any(|end| name.ends_with(end));
    let phone = name == "androidmanifest.xml"
        || path.contains("/res/values")
        || name == "google-services.json"
        || [".ipa!/", ".apk!/", ".aab!/"].iter().any(|archive| path.contains(archive))
        || name.ends_with("info.plist");
    if phone {
        return Some("shipped in a mobile app");
    }
    let bundle = ends(&[".min.js", ".bundle.js", ".chunk.js", ".js.map", ".css.map", ".mjs.map"])
        || ends(&[".js", ".mjs"])
            && ["/dist/", "/public/", "/static/", "/build/", "/.next/", "/assets/", "/wwwroot/"]
                .iter()
                .any(|folder| format!("/{path}").contains(folder));
    let page = ends(&[".html", ".htm", ".xhtml", ".vue", ".svelte"]);
    ((bundle || page) && !c.scene.is_test()).then_some("shipped to browsers")
}

/// Whether the value is given to a variable that is shipped.
fn in_shipped_variable(c: &Candidate<'_>) -> bool {
    let start = c.whole.start.min(c.span.start);
    let before = &c.view.bytes[start.saturating_sub(NAME)..c.span.start];
    let line = memchr::memrchr(b'\n', before).map_or(before, |n| &before[n + 1..]);
    SHIPPED.iter().any(|prefix| {
        memchr::memmem::find(line, prefix)
            .is_some_and(|at| at == 0 || !(line[at - 1].is_ascii_alphanumeric() || line[at - 1] == b'_'))
    })
}

/// How bad a leak is that everybody can read.
pub(crate) fn raised(severity: Severity) -> Severity {
    match severity {
        Severity::Low => Severity::Medium,
        Severity::Medium => Severity::High,
        Severity::High | Severity::Critical => Severity::Critical,
    }
}

#[cfg(test)]
mod tests {
    use crate::blob::Blob;
    use crate::detect::{Detector, Settings};
    use crate::rule::{RuleSet, Severity};

    fn found(path: &str, template: &str) -> (Option<&'static str>, Severity) {
        let text = crate::rule::example::expand(template).unwrap().text;
        let rules = RuleSet::builtin();
        let detector = Detector::new(&rules, Settings::default()).unwrap();
        let found = detector.scan(&Blob::whole(path, text.as_bytes()));
        (found[0].first_place().exposure, found[0].severity)
    }

    #[test]
    fn what_is_shipped_is_worse() {
        let plain = found("config/app.yml", "api_key: <alnum:32>");
        assert_eq!(plain, (None, Severity::High));
        let shipped = found(".env.production", "NEXT_PUBLIC_API_KEY=<alnum:32>");
        assert!(shipped.0.is_some() && shipped.1 == Severity::Critical);
        assert!(found("web/index.html", "apiKey: \"<alnum:32>\"").0.is_some());
        assert!(found("app/src/main/AndroidManifest.xml", "api_key=\"<alnum:32>\"").0.is_some());
    }
}
