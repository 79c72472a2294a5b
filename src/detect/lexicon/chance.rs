//! Chance or words: how likely a value is drawn at random rather than made of words and identifiers.
//!
//! In flows a value, out flows a number of bits. The model of words is a table of what each pair of
//! letters is followed by, learned from source code by `rules/words/learn.py`; the model of chance
//! gives every character of the value's alphabet the same share.

/// For each pair of the 28 symbols one line of 28 costs in half bits, written as `0`–`9`, `a`–`v`.
static COSTS: &[u8] = include_bytes!("../../../rules/words/trigrams.txt");

/// Symbols: the border of a word, 26 letters, any digit.
const BORDER: usize = 0;
const DIGIT: usize = 27;
const SYMBOLS: usize = 28;

/// The most that one letter may cost, in bits: an unheard-of pair must not outweigh a whole word.
const DEAREST: f64 = 10.0;
/// What a capital where none is expected costs, in bits.
const CAPITAL: f64 = 0.7;
/// What a sign between words costs, in bits.
const SIGN: f64 = 2.5;
/// Signs a random password is drawn from, besides letters and digits.
const SIGNS: f64 = 10.0;

/// The bits by which chance explains `value` better than words do; below zero, it reads like words.
pub(crate) fn bits(value: &[u8]) -> f64 {
    words(value) - value.len() as f64 * alphabet(value).log2()
}

/// How many characters the value seems to be drawn from.
fn alphabet(value: &[u8]) -> f64 {
    let any = |test: fn(&u8) -> bool| value.iter().any(test);
    let (lower, upper, digit) =
        (any(u8::is_ascii_lowercase), any(u8::is_ascii_uppercase), any(u8::is_ascii_digit));
    // A token in hexadecimal digits of either case is drawn from 22 characters; shorter ones may be words.
    let hex = digit && value.iter().all(u8::is_ascii_hexdigit);
    if hex && (!(lower && upper) || value.len() >= 24) {
        return if lower && upper { 22.0 } else { 16.0 };
    }
    let size = |has: bool, n: f64| if has { n } else { 0.0 };
    let signs = size(any(|b| !b.is_ascii_alphanumeric()), SIGNS);
    (size(lower, 26.0) + size(upper, 26.0) + size(digit, 10.0) + signs).max(10.0)
}

/// How many bits the model of words needs for `value`.
fn words(value: &[u8]) -> f64 {
    let (mut first, mut second, mut total) = (BORDER, BORDER, 0.0);
    let mut feed = |symbol: usize| {
        let at = (first * SYMBOLS + second) * (SYMBOLS + 1) + symbol;
        let half_bits = match COSTS[at] {
            digit @ b'0'..=b'9' => digit - b'0',
            letter => letter - b'a' + 10,
        };
        (first, second) = (second, symbol);
        total += (f64::from(half_bits) / 2.0).min(DEAREST);
    };
    let mut extra = 0.0;
    let mut before = b'-';
    for &byte in value {
        match byte {
            b'a'..=b'z' => feed(usize::from(byte - b'a') + 1),
            b'A'..=b'Z' => {
                if before.is_ascii_lowercase() || before.is_ascii_digit() {
                    feed(BORDER);
                }
                if !before.is_ascii_uppercase() {
                    extra += CAPITAL;
                }
                feed(usize::from(byte - b'A') + 1);
            }
            b'0'..=b'9' => {
                feed(DIGIT);
                extra += 10f64.log2();
            }
            _ => {
                if before.is_ascii_alphanumeric() {
                    feed(BORDER);
                }
                extra += SIGN;
            }
        }
        before = byte;
    }
    feed(BORDER);
    total + extra
}

/// How often letters and digits take turns in `value`; words hardly ever do it four times.
pub(crate) fn changes(value: &[u8]) -> usize {
    value.windows(2).filter(|w| w[0].is_ascii_digit() != w[1].is_ascii_digit()).count()
}

/// Shannon's entropy in bits per byte, 0 to 8.
pub(crate) fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    value.iter().for_each(|b| counts[usize::from(*b)] += 1);
    let total = value.len().max(1) as f64;
    let share = |n: &u32| f64::from(*n) / total;
    counts.iter().filter(|n| **n > 0).map(|n| -share(n) * share(n).log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_its_size() {
        assert_eq!(COSTS.len(), SYMBOLS * SYMBOLS * (SYMBOLS + 1));
    }

    #[test]
    fn words_and_chance_are_told_apart() {
        for words in ["getUserPasswordFromRequest", "my-secret-name", "application/json", "sampleHerokuKey"] {
            assert!(bits(words.as_bytes()) < -4.0, "{words}: {}", bits(words.as_bytes()));
        }
        for example in ["<alnum:12>", "<low36:16>", "<hex:32>", "<low:12>", "<b64:40>", "<pass:14>"] {
            let text = crate::rule::example::expand(example).unwrap().text;
            assert!(bits(text.as_bytes()) > 6.0, "{example}: {}", bits(text.as_bytes()));
        }
    }

    #[test]
    fn entropy_is_that_of_the_letters() {
        assert!(entropy(b"aaaa") < 0.01);
        assert!((entropy(b"abcd") - 2.0).abs() < 0.01);
    }
}
