//! Base58Check (Bitcoin's wallet import format, BIP-32): four bytes of a double SHA-256 at the end.

use sha2::{Digest, Sha256};

const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The last four bytes agree with the rest.
pub(super) fn check(secret: &[u8]) -> bool {
    decode(secret).is_some_and(|bytes| {
        let Some(split) = bytes.len().checked_sub(4) else { return false };
        let (body, sum) = bytes.split_at(split);
        Sha256::digest(Sha256::digest(body))[..4] == *sum
    })
}

/// The bytes that base58 digits stand for, leading ones being zero bytes.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut number: Vec<u8> = Vec::with_capacity(text.len());
    for byte in text {
        let mut carry = DIGITS.iter().position(|d| d == byte)? as u32;
        for place in &mut number {
            carry += u32::from(*place) * 58;
            *place = carry as u8;
            carry >>= 8;
        }
        while carry > 0 {
            number.push(carry as u8);
            carry >>= 8;
        }
    }
    number.extend(text.iter().take_while(|b| **b == b'1').map(|_| 0));
    number.reverse();
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(bytes: &[u8]) -> Vec<u8> {
        let mut digits: Vec<u8> = Vec::new();
        for byte in bytes {
            let mut carry = u32::from(*byte);
            for digit in &mut digits {
                carry += u32::from(*digit) << 8;
                *digit = (carry % 58) as u8;
                carry /= 58;
            }
            while carry > 0 {
                digits.push((carry % 58) as u8);
                carry /= 58;
            }
        }
        digits.iter().rev().map(|d| DIGITS[usize::from(*d)]).collect()
    }

    #[test]
    fn a_key_is_right_and_one_changed_character_is_not() {
        let mut key = vec![0x80];
        key.extend([7; 32]);
        key.push(1);
        let sum = Sha256::digest(Sha256::digest(&key));
        key.extend(&sum[..4]);
        let mut text = encode(&key);
        assert!(text.len() == 52 && check(&text));
        text[20] = if text[20] == b'a' { b'b' } else { b'a' };
        assert!(!check(&text));
    }

    #[test]
    fn a_known_address_is_right() {
        assert!(check(b"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"));
        assert!(!check(b"1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN0"));
    }
}
