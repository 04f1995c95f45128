//! The bytes of an operation: the only place where they are made.
//!
//! BuildKit is written in Go, whose protobuf library writes the members of a oneof after all plain fields. Rust's
//! writes in the order of the field numbers, which for an operation is another: inputs (1), then the oneof (2-7),
//! then platform (10) and constraints (11). A daemon decodes and encodes each operation and goes by the digest
//! of *its* bytes, so ours are made in its order. Decoding does not care.

use buildkit_proto::pb;
use prost::Message as _;

/// Plain fields first, then the oneof.
pub(crate) fn encode_op(op: pb::Op) -> Vec<u8> {
    let plain = pb::Op { op: None, ..op.clone() };
    let oneof = pb::Op { op: op.op, ..pb::Op::default() };
    let mut bytes = plain.encode_to_vec();
    oneof.encode(&mut bytes).expect("a vector grows as needed");
    bytes
}
