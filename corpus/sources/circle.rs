#[inline(never)]
pub fn area(radius: u32) -> u32 {
    (radius as u64 * radius as u64 * 355 / 113) as u32
}
