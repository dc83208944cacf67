//! Evaluates a sum of products.
#![no_std]
use minic_lexer::{next, Token};
use minic_types::{as_number, Whole};

/// A product of no factors.
const ONE: u32 = 1;

#[inline(never)]
pub fn evaluate(text: &[u8]) -> u32 {
    let (mut sum, mut product, mut at) = (0u32, ONE, 0);
    loop {
        let (token, after) = next(text, at);
        at = after;
        match token {
            Token::Number(value) => product = product.wrapping_mul(as_number(&Whole(value)).unwrap_or(0)),
            Token::Times => {}
            Token::Plus => {
                sum = sum.wrapping_add(product);
                product = ONE;
            }
            Token::End => return sum.wrapping_add(product),
        }
    }
}
