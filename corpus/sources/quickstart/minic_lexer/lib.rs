//! Numbers and signs out of bytes.
#![no_std]

#[derive(Clone, Copy)]
pub enum Token {
    Number(u32),
    Plus,
    Times,
    End,
}

/// The token at `at` and where the next one starts.
#[inline(never)]
pub fn next(text: &[u8], mut at: usize) -> (Token, usize) {
    while at < text.len() && text[at] == b' ' {
        at += 1;
    }
    match text.get(at) {
        Some(b'+') => (Token::Plus, at + 1),
        Some(b'*') => (Token::Times, at + 1),
        Some(b'0'..=b'9') => number(text, at),
        _ => (Token::End, at),
    }
}

fn number(text: &[u8], mut at: usize) -> (Token, usize) {
    let mut value = 0u32;
    while at < text.len() && text[at].is_ascii_digit() {
        value = value.wrapping_mul(10).wrapping_add((text[at] - b'0') as u32);
        at += 1;
    }
    (Token::Number(value), at)
}
