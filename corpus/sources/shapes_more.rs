//! A library of several modules, with a loop and a table.
#![no_std]

pub mod circle;
pub mod table;

#[inline(never)]
pub fn more(width: u32, height: u32) -> u32 {
    2 * (width ^ height)
}

#[inline(never)]
pub fn any(width: u32, sides: u8) -> u32 {
    circle::area(width) + table::find(sides) as u32
}
