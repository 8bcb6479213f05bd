//! Loads presync's WebAssembly rules, limits them and asks them for verdicts.
