//! The rules, each with its sentence.

use std::fmt;

macro_rules! rules {
    ($($name:ident = $sentence:literal;)+) => {
        /// A rule for graphs, most of them the daemon's: `loadLLB` (`solver/llbsolver/vertex.go`) and
        /// `solver/llbsolver/ops/opsutils/validate.go` of BuildKit refuse what breaks them, or a solve fails later.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = concat!("Holds if ", $sentence, ".")] $name,)+
        }

        impl Rule {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// What holds, as a part of a sentence.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => $sentence,)+
                }
            }
        }
    };
}

rules! {
    // The definition.
    TwoOperations = "a definition has an operation and a terminal one";
    Decodes = "every entry is an operation";
    Once = "an operation appears once";
    Metadata = "an operation has metadata";
    SaysSomething = "only the terminal operation says nothing";
    // What operations take.
    EarlierInput = "an input is an earlier operation";
    InputIndex = "an input is an output that its operation has";
    TerminalLast = "the last operation is the terminal one";
    TerminalInput = "the terminal operation has one input";
    // Kinds of operations.
    SourceScheme = "a source has a scheme";
    SourceInputs = "a source has no inputs";
    SourceAttributes = "an attribute is not empty, or is written as the daemon writes it";
    ExecCommand = "an exec has a command";
    ExecDirectory = "an exec has an absolute working directory";
    ExecRoot = "an exec has a root, which is no special mount";
    ExecMountInput = "a mount's input is an input of the operation";
    ExecOutputOrder = "outputs of an exec are numbered in the order of its mounts";
    ExecOutputWritable = "only a writable bind mount has an output";
    FileActions = "a file operation has actions";
    FileActionKind = "a file action says what it does";
    FileActionInput = "a file action's input is an input of the operation or an earlier action";
    FileOutput = "the last file action, and no other, has the output";
    MergeInputs = "a merge has two inputs";
    MergeInputNumbers = "a merge's inputs are inputs of the operation";
    DiffSides = "a diff has two sides";
    DiffInputNumbers = "a diff's sides are inputs of the operation or scratch";
    // Source files.
    PlaceOperation = "places are those of an operation";
    PlaceFile = "a place is in a file that is there";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}
