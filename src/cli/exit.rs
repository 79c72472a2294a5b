//! What the shell sees.

/// How a run ended. Secrets win over trouble; trouble is never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// The named scope was read and holds nothing: 0.
    Clean,
    /// Secrets were found: 1, or what `--exit-code` says.
    Found(u8),
    /// Usage, configuration, unreadable input or an incomplete scan: 2.
    Trouble,
}

impl Exit {
    /// The status for the shell.
    pub(super) fn status(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Found(code) => code,
            Self::Trouble => 2,
        }
    }
}
