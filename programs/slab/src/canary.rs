//! Deliberately broken rules: the parity suite must catch each of them, or it proves nothing.
