//! Placeholder until the first model.
