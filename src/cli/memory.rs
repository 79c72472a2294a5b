//! How the system's allocator gives memory back.
//!
//! Nothing flows in or out: one call at the start. It never changes what is found.

/// Has blocks from half a megabyte on given back to the system as soon as they are free. By itself the GNU allocator
/// keeps ever larger ones (`mallopt(3)`, "dynamic mmap threshold"), among which small ones come to lie: on git/git
/// that was 26 of 123 MB. It costs no time that could be measured.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(
    unsafe_code,
    reason = "there is no safe way to tell the allocator, and it is worth a fifth of the memory"
)]
pub(super) fn give_back() {
    const LARGE: libc::c_int = 512 << 10;
    const LOOSE: libc::c_int = 1 << 20;
    // SAFETY: `mallopt` takes two numbers and may be called at any time; a value it does not like changes nothing.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, LOOSE);
    }
}

/// Other allocators give memory back by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn give_back() {}
