//! What fuzzing found, each input as small as it could be made.
