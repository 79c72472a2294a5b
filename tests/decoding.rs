//! Encoded secrets are found, and the report points at the bytes that stand for them.
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use skout::blob::{Blob, BlobKind, Position};
use skout::detect::{Detector, Settings};
use skout::finding::Finding;
use skout::rule::{RuleSet, Selection};

/// A key as a provider might issue it.
fn key(seed: u64) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = seed | 1;
    let mut body = String::new();
    while body.len() < 92 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        body.push(char::from(letters[(state >> 33) as usize % letters.len()]));
    }
    format!("sk-ant-{}03-{}A-{}AA", "api", &body[..85], &body[85..91])
}

static RULES: LazyLock<RuleSet> = LazyLock::new(|| {
    let selection = Selection { only: vec!["anthropic*".into()], disabled: Vec::new() };
    RuleSet::new(Vec::new(), &selection).unwrap()
});
static DETECTOR: LazyLock<Detector<'static>> =
    LazyLock::new(|| Detector::new(&RULES, Settings::default()).unwrap());

fn scan(text: &[u8], kind: BlobKind) -> Vec<Finding> {
    DETECTOR.scan(&Blob { kind, ..Blob::whole("a.txt", text) })
}

/// Asserts that the text holds the key once, in the bytes of `span`, decoded by `forms`.
fn found(text: &[u8], key: &str, span: std::ops::Range<usize>, forms: &[&str]) {
    let shown = String::from_utf8_lossy(text).into_owned();
    let kind = if text.contains(&0) { BlobKind::Binary } else { BlobKind::Text };
    let findings = scan(text, kind);
    assert_eq!(findings.len(), 1, "{shown}");
    assert_eq!(findings[0].secret.reveal(), key.as_bytes(), "{shown}");
    let place = &findings[0].places[0];
    assert_eq!(place.decoded, forms, "{shown}");
    let at = |n: usize| Position::START.after(&text[..n]);
    assert_eq!((place.start, place.end), (at(span.start), at(span.end)), "{shown}");
}

/// `template` with `{}` standing for the encoded key, which must be what is pointed at.
fn in_place(template: &str, encoded: &str, key: &str, forms: &[&str]) {
    let start = template.find("{}").unwrap();
    let text = template.replacen("{}", encoded, 1);
    found(text.as_bytes(), key, start..start + encoded.len(), forms);
}

fn each(key: &str, one: impl Fn(u8) -> String) -> String {
    key.bytes().map(one).collect()
}

#[test]
fn escapes_of_every_kind_are_found() {
    let key = key(1);
    let unicode = each(&key, |b| format!("\\u{b:04x}"));
    in_place("x\nkey = \"{}\"", &unicode, &key, &["unicode-escape"]);
    in_place("key = \"{}\"", &each(&key, |b| format!("\\u{{{b:x}}}")), &key, &["unicode-escape"]);
    in_place("key = \"{}\"", &each(&key, |b| format!("\\x{b:02X}")), &key, &["hex-escape"]);
    in_place("key = \"{}\"", &each(&key, |b| format!("\\{b:03o}")), &key, &["octal-escape"]);
    in_place("?key={}&x=1", &each(&key, |b| format!("%{b:02x}")), &key, &["percent"]);
    in_place("<a b='{}'>", &each(&key, |b| format!("&#{b};")), &key, &["html-entity"]);
    in_place("<a b='{}'>", &each(&key, |b| format!("&#x{b:X};")), &key, &["html-entity"]);
    in_place("key = '{}'", &key.replace('-', "\\u002D"), &key, &["unicode-escape"]);
    in_place("key = '{}'", &key.replace('-', "%2D"), &key, &["percent"]);
}

#[test]
fn an_escape_right_before_a_key_is_no_part_of_it() {
    let key = key(2);
    in_place(r#"{"text": "a\n{}\nb"}"#.replace("{\"", "[\"").as_str(), &key, &key, &["string"]);
    in_place(r"a\u0022{}\u0022", &key, &key, &["unicode-escape"]);
    in_place("a%22{}%22", &key, &key, &["percent"]);
    in_place("key=3D{}\n", &key, &key, &["quoted-printable"]);
}

#[test]
fn base64_is_found_at_every_place_and_in_both_alphabets() {
    let key = key(3);
    for lead in ["", " ", "= ", "a: ", "KEY=", "a: 1\nKEY="] {
        for engine in [&STANDARD, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode(format!("{lead}{key}\n"));
            let from = 7 + (lead.len() * 8).div_euclid(6);
            let to = 7 + ((lead.len() + key.len()) * 8).div_euclid(6);
            found(format!("  key: {encoded}\n").as_bytes(), &key, from..to, &["base64"]);
        }
    }
}

#[test]
fn base64_in_base64_is_found_at_every_place() {
    let key = key(9);
    for lead in ["", " ", "a ", "KEY=", "user: a\nkey: "] {
        for outer in ["", " ", "{ ", "data: "] {
            let inner = STANDARD.encode(format!("{lead}{key}\n"));
            let text = format!("value: {}\n", STANDARD.encode(format!("{outer}{inner}")));
            let findings = scan(text.as_bytes(), BlobKind::Text);
            assert_eq!(findings.len(), 1, "{lead:?} in {outer:?}");
            assert_eq!(findings[0].secret.reveal(), key.as_bytes());
            assert_eq!(findings[0].places[0].decoded, ["base64", "base64"]);
        }
    }
}

#[test]
fn wrapped_base64_is_found_with_its_first_and_last_line() {
    let key = key(4);
    let encoded = STANDARD.encode(format!("some words before it: {key} and some more after it"));
    for (width, gap) in [(76, "\n"), (64, "\r\n"), (60, "\n    "), (40, "\n> ")] {
        let lines: Vec<&str> =
            encoded.as_bytes().chunks(width).map(|c| std::str::from_utf8(c).unwrap()).collect();
        let text = format!("data: |\n{}{}\nend: 1\n", &gap[gap.find('\n').unwrap()..], lines.join(gap));
        let findings = scan(text.as_bytes(), BlobKind::Text);
        assert_eq!(findings.len(), 1, "{text}");
        assert_eq!(findings[0].secret.reveal(), key.as_bytes());
        let place = &findings[0].places[0];
        let begin = |n: usize| (n / width) as u64;
        let first = Position::START.after(&text.as_bytes()[..text.find(lines[0]).unwrap()]).line;
        assert_eq!(place.start.line, first + begin(22 * 8 / 6), "{text}");
        assert_eq!(place.end.line, first + begin((22 + key.len()) * 8 / 6), "{text}");
    }
}

#[test]
fn hex_and_utf16_in_a_binary_are_found() {
    let key = key(5);
    in_place("dump: {};", &each(&key, |b| format!("{b:02x}")), &key, &["hex"]);
    in_place("dump: 0x{};", &each(&key, |b| format!("{b:02X}")), &key, &["hex"]);
    for swap in [false, true] {
        let mut text = b"MZ\x90\0\x03\0\xff\xfe\x01\x02\x03".to_vec();
        let units = format!(" {key} ");
        let start = text.len() + 2;
        text.extend(units.bytes().flat_map(|b| if swap { [0, b] } else { [b, 0] }));
        text.extend([0xff, 0xff, 0xff]);
        let start = start + usize::from(swap);
        found(&text, &key, start..start + 2 * key.len(), &["utf-16"]);
    }
}

#[test]
fn quoted_printable_is_found_over_its_soft_line_break() {
    let key = key(6);
    let lead = "The key that you asked me for is this one, keep it: ";
    let text = format!("{lead}{}=\r\n{}\r\n", &key[..20], &key[20..]);
    found(text.as_bytes(), &key, lead.len()..lead.len() + key.len() + 3, &["quoted-printable"]);
}

#[test]
fn strings_in_several_literals_are_found() {
    let key = key(7);
    for glue in [
        "\" + \"",
        "' + '",
        "\" +\n      \"",
        "\" . \"",
        "' . '",
        "\" & \"",
        "\" & _\n  \"",
        "\" .. \"",
        "\" || \"",
        "\" \"",
        "\"\n    \"",
        "\" \\\n \"",
        "\" f\"",
        "\" + f\"",
        "\"\n    f'",
        "\" ++ \"",
        "\" <> \"",
        "${\"",
    ] {
        for at in [4, 7, 13, 40, 80] {
            let open = if glue.starts_with('\'') { '\'' } else { '"' };
            let close = glue.chars().last().unwrap();
            let close = if glue == "${\"" { "\"}" } else { &close.to_string() };
            let split = format!("{}{glue}{}", &key[..at], &key[at..]);
            if at < 13 && glue.starts_with('$') {
                continue;
            }
            let text = format!("key = {open}{split}{close}; x\n");
            found(text.as_bytes(), &key, 7..7 + split.len(), &["joined-strings"]);
        }
    }
    let split = format!("{}\", \"{}\", \"{}", &key[..13], &key[13..50], &key[50..]);
    let text = format!("key = [\"{split}\"].join(\"\");");
    found(text.as_bytes(), &key, 8..8 + split.len(), &["joined-strings"]);
    let text = format!("key = \"\".join([\"{split}\"])");
    found(text.as_bytes(), &key, 16..16 + split.len(), &["joined-strings"]);
    assert!(scan(format!("key = [\"{split}\"]").as_bytes(), BlobKind::Text).is_empty());
}

#[test]
fn a_continued_line_is_found() {
    let key = key(8);
    let split = format!("{}\\\n    {}", &key[..30], &key[30..]);
    in_place("export KEY={}\n", &split, &key, &["continued-line"]);
}

#[test]
fn a_notebook_and_a_source_map_are_read_through() {
    let key = key(9);
    let source = format!("client = Client(\n\t\"{}\" +\n\t\"{}\")\n", &key[..30], &key[30..]);
    let json = format!("{{\"sourcesContent\": [{}]}}", serde_json::to_string(&source).unwrap());
    let findings = scan(json.as_bytes(), BlobKind::Text);
    assert_eq!(findings.len(), 1, "{json}");
    assert_eq!(findings[0].secret.reveal(), key.as_bytes());
    let twice = serde_json::to_string(&json).unwrap();
    assert_eq!(scan(twice.as_bytes(), BlobKind::Text)[0].secret.reveal(), key.as_bytes(), "{twice}");
}

fn encode(text: &str, form: usize) -> String {
    match form {
        0 => each(text, |b| format!("\\u{b:04x}")),
        1 => each(text, |b| format!("\\x{b:02x}")),
        2 => each(text, |b| format!("\\{b:03o}")),
        3 => each(text, |b| format!("%{b:02X}")),
        4 => each(text, |b| format!("&#{b};")),
        5 => serde_json::to_string(&format!("a\n{text}\n")).unwrap(),
        6 => STANDARD.encode(text),
        _ => each(text, |b| format!("{b:02x}")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn nested_encodings_are_found(
        seed in any::<u64>(),
        inner in 0..8usize,
        outer in prop::collection::vec(0..6usize, 0..3),
        lead in "[ a-z]{0,40}",
    ) {
        let key = key(seed);
        let encoded = outer.iter().fold(encode(&key, inner), |text, form| encode(&text, *form));
        let text = format!("{lead} \n {encoded} \n");
        let findings = scan(text.as_bytes(), BlobKind::Text);
        let said = || format!("{inner} in {outer:?}");
        prop_assert_eq!(findings.len(), 1, "{}", said());
        prop_assert_eq!(findings[0].secret.reveal(), key.as_bytes());
        prop_assert_eq!(findings[0].places[0].start.line, 2);
        prop_assert_eq!(findings[0].places[0].end.line, 2);
    }
}

#[test]
fn base64_twice_is_found() {
    let key = key(10);
    let twice = STANDARD.encode(STANDARD.encode(&key));
    assert_eq!(scan(format!("k: {twice}\n").as_bytes(), BlobKind::Text)[0].secret.reveal(), key.as_bytes());
}

#[test]
fn base64_goes_on_over_breaks_that_are_escaped() {
    let key = key(31);
    let text = format!("# settings\nPORT=8080\nOPENAI_API_KEY={key}\nDEBUG=0\n");
    let lines: Vec<String> = STANDARD
        .encode(&text)
        .as_bytes()
        .chunks(60)
        .map(|l| String::from_utf8(l.to_vec()).unwrap())
        .collect();
    for sign in ["\\n", "\\r\\n", "\\\\n"] {
        let file = format!("{{\"content\":\"{}{sign}\",\"encoding\":\"base64\"}}", lines.join(sign));
        let findings = scan(file.as_bytes(), BlobKind::Text);
        assert_eq!(findings.len(), 1, "{sign}");
        assert_eq!(findings[0].secret.reveal(), key.as_bytes(), "{sign}");
    }
}

#[test]
fn literals_are_joined_by_calls_templates_and_shells() {
    let key = key(32);
    for (open, sign, close) in [
        ("String k = \"", "\".concat(\"", "\");"),
        ("k = new StringBuilder(\"", "\").append(\"", "\");"),
        ("k = format!(\"{}{}{}\", \"", "\", \"", "\");"),
        ("k = String.format(\"%s%s%s\", \"", "\", \"", "\");"),
        ("k = [\"", "\", \"", "\"].concat();"),
        ("k = [\"", "\", \"", "\"].joined()"),
        ("k = \"", "\" << \"", "\""),
        ("let k = \"", "\" ^ \"", "\""),
        ("K=\"", "\"\"", "\""),
        ("K='", "''", "'"),
    ] {
        let split = format!("{}{sign}{}{sign}{}", &key[..20], &key[20..60], &key[60..]);
        let text = format!("{open}{split}{close}\n");
        found(text.as_bytes(), &key, open.len()..open.len() + split.len(), &["joined-strings"]);
    }
}

#[test]
fn a_key_behind_its_length_is_no_part_of_a_word() {
    let key = key(33);
    let length = char::from(u8::try_from(key.len()).unwrap());
    let text = format!("\u{0}\u{1}{length}{key}_\u{0}name");
    found(text.as_bytes(), &key, 3..3 + key.len(), &["counted-string"]);
}

#[test]
fn lists_of_characters_and_of_their_numbers_are_read() {
    let key = key(34);
    let list = |one: &dyn Fn(u8) -> String, sign: &str| key.bytes().map(one).collect::<Vec<_>>().join(sign);
    in_place("char k[] = [{}];", &list(&|b| format!("'{}'", char::from(b)), ", "), &key, &["character-list"]);
    in_place(
        "k = [{}].join('')",
        &list(&|b| format!("\"{}\"", char::from(b)), ","),
        &key,
        &["character-list"],
    );
    in_place("uint8_t k[] = { {} };", &list(&|b| format!("0x{b:02X}"), ", "), &key, &["character-list"]);
    in_place("String.fromCharCode({})", &list(&|b| b.to_string(), ","), &key, &["character-list"]);
}

#[test]
fn lines_that_are_folded_go_on() {
    let key = key(35);
    for sign in ["\n ", "\r\n "] {
        let split = format!("{}{sign}{}", &key[..44], &key[44..]);
        let text = format!("DESCRIPTION:for the build key={split}\r\nEND:VEVENT\r\n");
        found(text.as_bytes(), &key, 30..30 + split.len(), &["folded-lines"]);
    }
}

#[test]
fn what_opens_a_list_of_characters_is_enough() {
    let key = key(36);
    let list = |sign: &str| key.bytes().map(|b| b.to_string()).collect::<Vec<_>>().join(sign);
    in_place("k = bytes([{}])", &list(", "), &key, &["character-list"]);
    in_place("byte[] k = new byte[] { {} };", &list(", "), &key, &["character-list"]);
    let calls = format!("chr({})", list(") . chr("));
    let text = format!("$k = {calls};");
    let start = 5 + "chr(".len();
    found(text.as_bytes(), &key, start..5 + calls.len() - 1, &["character-list"]);
}

#[test]
fn dumps_of_files_are_read() {
    let key = key(37);
    let text = format!("KEY={key}\n");
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>();
    let mut dump = String::new();
    let (mut start, mut end) = (0, 0);
    for (n, row) in text.as_bytes().chunks(16).enumerate() {
        dump += &format!("{:08x}: ", n * 16);
        let pairs = hex(row);
        let shown = pairs.chunks(2).map(<[String]>::concat).collect::<Vec<_>>().join(" ");
        if n == 0 {
            start = dump.len() + "4b45 593d ".len();
        }
        if (n + 1) * 16 >= text.len() {
            // The line feed stands behind the key.
            end = dump.len() + shown.len() - 2;
        }
        let plain: String =
            row.iter().map(|b| if b.is_ascii_graphic() { char::from(*b) } else { '.' }).collect();
        dump += &format!("{shown:<40} {plain}\n");
    }
    found(dump.as_bytes(), &key, start..end, &["hex-dump"]);
    let plain: Vec<String> = hex(text.as_bytes()).chunks(30).map(<[String]>::concat).collect();
    let plain = plain.join("\n");
    found(plain.as_bytes(), &key, 8..plain.len() - 2, &["hex"]);
}

#[test]
fn literals_that_are_turned_round_are_read() {
    let key = key(38);
    let back: String = key.chars().rev().collect();
    in_place("k = \"{}\"[::-1]", &back, &key, &["reversed"]);
    in_place("const k = '{}'.split('').reverse().join('');", &back, &key, &["reversed"]);
    in_place("$k = strrev(\"{}\");", &back, &key, &["reversed"]);
}

#[test]
fn a_template_of_literals_is_joined() {
    let key = key(39);
    let split = format!("{}\"}}${{\"{}", &key[..20], &key[20..]);
    let text = format!("k = `${{\"{split}\"}}`;");
    found(text.as_bytes(), &key, 8..8 + split.len(), &["joined-strings"]);
}

/// What all rules take for a password in a text.
fn passwords(name: &str, text: &[u8]) -> Vec<String> {
    let rules = RuleSet::new(Vec::new(), &Selection::default()).unwrap();
    let detector = Detector::new(&rules, Settings::default()).unwrap();
    let kind = if text.contains(&0) { BlobKind::Binary } else { BlobKind::Text };
    let findings = detector.scan(&Blob { kind, ..Blob::whole(name, text) });
    findings.iter().map(|f| String::from_utf8_lossy(f.secret.reveal()).into_owned()).collect()
}

#[test]
fn a_password_is_put_together_in_templates_and_over_the_lines_of_a_cell() {
    let value = skout::rule::example::expand("<alnum:16>").unwrap().text;
    let (first, last) = value.split_at(7);
    let cell = |lines: &str| format!("{{\"cells\": [{{\"source\": [\n  {lines}\n]}}]}}");
    for text in [
        format!("const dbPassword = `{first}${{\"{last}\"}}`;\n"),
        format!("const dbPassword = `${{\"{first}\"}}${{'{last}'}}`;\n"),
        cell(&format!("\"db_password = (\\\"{first}\\\"\\n\",\n  \"    \\\"{last}\\\")\\n\"")),
        cell(&format!("\"db_password = (\\n\",\n  \"    \\\"{value}\\\")\\n\"")),
    ] {
        assert_eq!(passwords("a.ipynb", text.as_bytes()), [value.as_str()], "{text}");
    }
    assert!(passwords("a.js", format!("dbPassword = `{first}${{{last}}}`;\n").as_bytes()).is_empty());
}

#[test]
fn a_password_in_a_binary_file_stands_behind_its_length() {
    let value = skout::rule::example::expand("<alnum:18>").unwrap().text;
    let pickle = |value: &str| {
        let length = char::from(u8::try_from(value.len()).unwrap());
        [
            &b"\x80\x04\x95\0\0}\x94(\x8c\x08password\x94\x8c"[..],
            format!("{length}{value}").as_bytes(),
            b"\x94u.",
        ]
        .concat()
    };
    assert_eq!(passwords("a.pkl", &pickle(&value)), [value]);
    for word in ["password", "placeholder", "correcthorse"] {
        assert!(passwords("a.pkl", &pickle(word)).is_empty(), "{word}");
    }
    let value = skout::rule::example::expand("<alnum:17>").unwrap().text;
    let string = |lead: &str| format!("x\0{lead}db_password={value}\0next\0");
    assert_eq!(passwords("nvram.bin", string("").as_bytes()), [value.as_str()]);
    assert!(passwords("nvram.bin", string("the ").as_bytes()).is_empty());
}

#[test]
fn a_file_may_be_nothing_but_a_password() {
    let value = skout::rule::example::expand("<alnum:16>").unwrap().text;
    assert_eq!(passwords(".vault_pass", format!("{value}\n").as_bytes()), [value.as_str()]);
    assert!(passwords("notes.txt", format!("{value}\n").as_bytes()).is_empty());
    assert!(passwords(".vault_pass", b"changeme\n").is_empty());
    // In a history the name may not be known yet: what is given to a name is found, and no more.
    assert_eq!(passwords("", format!("DB_PASSWORD={value}\n").as_bytes()), [value.as_str()]);
}

#[test]
fn what_gzip_packed_is_read_in_base64() {
    let value = skout::rule::example::expand("<alnum:16>").unwrap().text;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packer, format!("{{\"password\": \"{value}\"}}").as_bytes()).unwrap();
    let once = STANDARD.encode(packer.finish().unwrap());
    assert_eq!(passwords("main.yml", format!("user_data: {once}\n").as_bytes()), [value.as_str()]);
    let twice = STANDARD.encode(&once);
    let release = format!("kind: Secret\ntype: helm.sh/release.v1\ndata:\n  release: {twice}\n");
    assert_eq!(passwords("release.yml", release.as_bytes()), [value]);
}
