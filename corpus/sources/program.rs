//! The smallest program for x86_64 Linux: writes its own path, exits with a sum.
#![no_std]
#![no_main]
use core::arch::asm;

#[path = "circle.rs"]
mod circle;
#[path = "table.rs"]
mod table;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[inline(never)]
fn status(seed: u64) -> u64 {
    circle::area(seed as u32 & 7) as u64 + table::find(seed as u8) as u64
}

#[unsafe(no_mangle)]
pub extern "C" fn _start() -> ! {
    let text = concat!("made from ", file!(), "\n");
    let mut seed = 0u64;
    unsafe {
        asm!("rdtsc", inout("rax") seed, out("rdx") _);
        asm!("syscall", inout("rax") 1u64 => _, in("rdi") 1u64, in("rsi") text.as_ptr(), in("rdx") text.len(), out("rcx") _, out("r11") _);
        asm!("syscall", in("rax") 60u64, in("rdi") status(seed), options(noreturn));
    }
}
