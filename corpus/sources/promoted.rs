//! A private function that is used from another module once ThinLTO has moved its caller there.
#![no_std]

pub mod deep {
    #[inline(never)]
    fn hidden(value: u32) -> u32 {
        value.rotate_left(7) ^ 0x5bd1_e995
    }

    pub fn lookup(value: u32) -> u32 {
        hidden(value) + hidden(value + 1)
    }
}

pub mod user {
    #[inline(never)]
    pub fn ask(value: u32) -> u32 {
        super::deep::lookup(value) + 1
    }
}
