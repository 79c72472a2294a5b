//! Bech32 (BIP-173), which keys of age are written in.

const LETTERS: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];

/// The six last characters agree with the rest.
pub(super) fn check(secret: &[u8]) -> bool {
    let text = secret.to_ascii_lowercase();
    let Some(at) = memchr::memrchr(b'1', &text) else { return false };
    let (human, data) = (&text[..at], &text[at + 1..]);
    let mut values: Vec<u32> = human.iter().map(|b| u32::from(b >> 5)).collect();
    values.push(0);
    values.extend(human.iter().map(|b| u32::from(b & 31)));
    for b in data {
        let Some(value) = memchr::memchr(*b, LETTERS) else { return false };
        values.push(value as u32);
    }
    let sum = values.iter().fold(1u32, |sum, value| {
        let mixed = (sum & 0x01ff_ffff) << 5 ^ value;
        (0..5).filter(|n| sum >> 25 >> n & 1 == 1).fold(mixed, |m, n| m ^ GENERATOR[n])
    });
    data.len() >= 6 && sum == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vectors_of_the_standard_hold_and_one_changed_character_does_not() {
        assert!(check(b"A12UEL5L"));
        assert!(check(b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"));
        assert!(!check(b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxq"));
    }
}
