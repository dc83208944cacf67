static SIDES: [u8; 6] = [0, 1, 2, 3, 4, 6];

/// The place of `sides` in the table, or 6.
#[inline(never)]
pub fn find(sides: u8) -> usize {
    let mut at = 0;
    while at < SIDES.len() && SIDES[at] != sides {
        at += 1;
    }
    at
}
