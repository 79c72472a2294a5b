//! Which literals announce an encoded form: the anchors of the rules as they look when encoded.
//!
//! In flow anchors, out flow literals, each with the number of the form it asks for. Text in which every
//! character is escaped is told by the escapes themselves, so those need no literal per anchor.
//! The build script includes this file too, so it imports nothing from the crate.

/// Base64: the number of a form below 4 is the place of the literal in its group of four characters.
pub(crate) const BASE64: u8 = 0;
/// Hexadecimal digits.
pub(crate) const HEX: u8 = 4;
/// A text with backslash escapes.
pub(crate) const ESCAPE: u8 = 5;
/// A text with `%41`.
pub(crate) const PERCENT: u8 = 6;
/// A text with `&#65;`.
pub(crate) const ENTITY: u8 = 7;
/// A text in quoted-printable (RFC 2045, 6.7).
pub(crate) const QUOTED: u8 = 8;
/// A string in several literals.
pub(crate) const JOIN: u8 = 9;
/// UTF-16 in other bytes.
pub(crate) const WIDE: u8 = 10;
/// The manifest of a Kubernetes Secret, whose values are in base64.
pub(crate) const MANIFEST: u8 = 11;
/// A string in a binary file with its length before it.
pub(crate) const COUNTED: u8 = 12;
/// A list of characters, or of their numbers.
pub(crate) const LIST: u8 = 13;
/// A text whose long lines go on behind a break and a space.
pub(crate) const FOLDED: u8 = 14;
/// A list of characters that a call or a declaration opens, whatever they say.
pub(crate) const CALLED: u8 = 15;
/// The dump of a file.
pub(crate) const DUMP: u8 = 16;
/// A literal that the program turns round.
pub(crate) const TURNED: u8 = 17;
/// A cell of a notebook, each line of which is a string by itself.
pub(crate) const CELL: u8 = 18;
/// A text that gzip packed, in base64.
pub(crate) const PACKED: u8 = 19;

/// How a gzip stream begins in base64 (RFC 1952, 2.3).
const GZIP: &[u8] = b"H4sI";

/// What opens a list of characters, and joins two of them.
const OPENERS: &[&str] = &[
    "fromCharCode(",
    "fromCharCodes([",
    "bytes([",
    "bytearray([",
    "Buffer.from([",
    "Uint8Array([",
    "byte[] {",
    "byte[]{",
    "[]byte{",
    "char[] {",
    "char[]{",
    "[] = {\n  0x",
    ").chr(",
    ")+chr(",
    ") . chr(",
    ") + chr(",
    ") & chr(",
];

/// How much of an anchor enters a literal, in bytes: enough to be rare, short enough to be shared. What
/// follows is compared after a trial decoding.
const BASE64_BYTES: usize = 5;
const BASE64_INSIDE: usize = 7;
const HEX_BYTES: usize = 4;
const WIDE_BYTES: usize = 4;

/// A literal, whether case is ignored, and the number of the form.
type Asking = (Vec<u8>, bool, u8);

/// The literals for these anchors.
pub(crate) fn anchors(plain: &[&str]) -> Vec<Asking> {
    let mut all = escapes();
    for kind in ["kind: Secret", "\"kind\": \"Secret\"", "\"kind\":\"Secret\""] {
        all.push((kind.as_bytes().to_vec(), false, MANIFEST));
    }
    all.push((GZIP.to_vec(), false, PACKED));
    // Helm encodes what it packed, and Kubernetes does so once more.
    all.extend(
        base64(GZIP).filter(|(_, place)| *place == 0).map(|(text, place)| (text, false, BASE64 + place)),
    );
    all.extend(OPENERS.iter().map(|open| (open.as_bytes().to_vec(), open.ends_with("chr("), CALLED)));
    all.extend(["00000010: ", "00000010  "].map(|line| (line.as_bytes().to_vec(), false, DUMP)));
    for turn in ["\"[::-1]", "'[::-1]", ".reverse().join(", "strrev("] {
        all.push((turn.as_bytes().to_vec(), false, TURNED));
    }
    for anchor in plain.iter().map(|a| a.as_bytes()).filter(|a| a.len() >= 3) {
        let inside = head(anchor, BASE64_INSIDE);
        for (literal, place) in base64(head(anchor, BASE64_BYTES)) {
            // Encoded twice; of a short anchor only what is encoded at its start, which is by far the commonest.
            if place == 0 {
                all.extend(base64(&literal[..4]).map(|(text, place)| (text, false, BASE64 + place)));
            }
            all.push((literal, false, BASE64 + place));
        }
        for (literal, place) in base64(inside).filter(|_| inside.len() == BASE64_INSIDE) {
            if place != 0 {
                all.extend(base64(&literal).map(|(text, place)| (text, false, BASE64 + place)));
            }
        }
        let hex: String = head(anchor, HEX_BYTES).iter().map(|b| format!("{b:02x}")).collect();
        all.push((hex.into_bytes(), true, HEX));
        let wide = head(anchor, WIDE_BYTES);
        all.push((wide.iter().flat_map(|b| [*b, 0]).take(wide.len() * 2 - 1).collect(), false, WIDE));
        all.extend(dashed(anchor));
        all.extend(listed(anchor));
        all.extend(cut(anchor));
    }
    all.sort();
    all.dedup();
    all
}

fn head(anchor: &[u8], most: usize) -> &[u8] {
    &anchor[..anchor.len().min(most)]
}

/// Escaped ASCII letters and digits, which nobody escapes without reason; `decode` asks for several in
/// a row. `\u003c`, `&#39;` and the like are common and not among them.
fn escapes() -> Vec<Asking> {
    let mut all = Vec::new();
    for high in b'3'..=b'7' {
        let high = high as char;
        for start in [r"\u00", r"\u{", r"\x"].into_iter().filter(|start| high != '3' || *start != r"\u00") {
            all.push((format!("{start}{high}").into_bytes(), false, ESCAPE));
        }
        all.push((format!("&#x{high}").into_bytes(), true, ENTITY));
    }
    for tens in [6, 7, 10, 11, 12, 13, 14, 15, 16, 17] {
        all.push((format!(r"\{tens:02}").into_bytes(), false, ESCAPE));
    }
    for byte in (b'a'..=b'z').chain(b'A'..=b'Z').chain(b'0'..=b'9') {
        all.push((format!("%{byte:02x}%").into_bytes(), true, PERCENT));
        let start = if byte < 100 { byte } else { byte / 10 };
        all.push((format!("&#{start}").into_bytes(), false, ENTITY));
        if byte.is_ascii_digit() {
            all.push((format!(r"\u{byte:04x}").into_bytes(), false, ESCAPE));
        }
    }
    all.push((b"&#92".to_vec(), false, ENTITY));
    all
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What `text` looks like in base64 at each of the three places it can have in a group of three bytes,
/// with the place of the first character in its group of four. At least four characters each: where
/// fewer are known, one that is known in part stands in all its values.
fn base64(text: &[u8]) -> impl Iterator<Item = (Vec<u8>, u8)> {
    let bits: Vec<bool> = text.iter().flat_map(|b| (0..8).rev().map(move |n| b >> n & 1 == 1)).collect();
    (0..3usize).flat_map(move |shift| {
        let first = shift * 8;
        let last = first + bits.len();
        let whole = first.div_ceil(6)..last / 6;
        let bit = |at: usize| at.checked_sub(first).and_then(|at| bits.get(at).copied());
        let characters = |n: usize| -> Vec<u8> {
            let fits = |value: &usize| {
                (0..6).all(|k| bit(n * 6 + k).is_none_or(|b| b == (value >> (5 - k) & 1 == 1)))
            };
            (0..64).filter(fits).map(|value| ALPHABET[value]).collect()
        };
        let mut places: Vec<usize> = whole.collect();
        if places.len() < 4 {
            // The side of which more is known has fewer values.
            let (before, after) = (places[0].checked_sub(1), places[places.len() - 1] + 1);
            match before.filter(|n| characters(*n).len() <= characters(after).len()) {
                Some(before) => places.insert(0, before),
                None => places.push(after),
            }
        }
        let mut literals = vec![Vec::new()];
        for place in &places {
            let choice = characters(*place);
            literals = literals
                .iter()
                .flat_map(|l: &Vec<u8>| choice.iter().map(move |c| [l.as_slice(), &[*c]].concat()))
                .collect();
        }
        let place = (places[0] % 4) as u8;
        literals.into_iter().flat_map(move |literal| {
            let url: Vec<u8> = literal.iter().map(|b| web(*b)).collect();
            [(literal, place), (url, place)]
        })
    })
}

/// A character of base64 in the alphabet for URLs and file names (RFC 4648, 5).
fn web(byte: u8) -> u8 {
    match byte {
        b'+' => b'-',
        b'/' => b'_',
        other => other,
    }
}

/// An anchor whose first dash alone is escaped, as templates for scripts and pages do.
fn dashed(anchor: &[u8]) -> impl Iterator<Item = Asking> {
    let dash = anchor.iter().position(|b| *b == b'-').filter(|at| *at >= 2);
    let forms =
        [(r"\u002d", ESCAPE), (r"\x2d", ESCAPE), ("%2d", PERCENT), ("&#45;", ENTITY), ("&#x2d;", ENTITY)];
    let stem = dash.map(|at| anchor[at.saturating_sub(6)..at].to_ascii_lowercase());
    stem.into_iter().flat_map(move |stem| {
        forms.into_iter().map(move |(dash, form)| ([&stem, dash.as_bytes()].concat(), true, form))
    })
}

/// The start of an anchor as a list of its characters. Only of the keys that most look for, since it costs nine literals.
fn listed(anchor: &[u8]) -> Vec<Asking> {
    const START: &[u8] = b"sk-";
    if !anchor.starts_with(START) {
        return Vec::new();
    }
    let list = |one: fn(u8) -> String, sign: &str| {
        let text: Vec<String> = START.iter().map(|b| one(*b)).collect();
        (text.join(sign).into_bytes(), true, LIST)
    };
    let number: fn(u8) -> String = |b| b.to_string();
    let hex: fn(u8) -> String = |b| format!("0x{b:02x}");
    let single: fn(u8) -> String = |b| format!("'{}'", char::from(b));
    let double: fn(u8) -> String = |b| format!("\"{}\"", char::from(b));
    let mut all = vec![list(number, " ")];
    for one in [number, hex, single, double] {
        all.extend([list(one, ","), list(one, ", ")]);
    }
    all
}

/// How much of an anchor that is cut by a quote is searched for: its end, in bytes without the quote.
const CUT_BYTES: usize = 19;

/// The anchor cut by a quote after one of its dashes, if more than dashes stands before the quote.
fn cut(anchor: &[u8]) -> impl Iterator<Item = Asking> {
    let first = anchor.iter().position(|b| *b != b'-').unwrap_or(anchor.len());
    let cuts = (first.max(2)..anchor.len() - 1).filter(|at| matches!(anchor[*at], b'-' | b'_'));
    cuts.flat_map(move |at| {
        b"\"'".iter().map(move |quote| {
            ([&anchor[(at + 1).saturating_sub(CUT_BYTES)..=at], &[*quote]].concat(), false, JOIN)
        })
    })
}
