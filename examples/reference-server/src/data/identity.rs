//! Constants that identify the database file and the data of this version.

/// The name of the database file in the data directory.
pub const FILE_NAME: &str = "northlight.sqlite3";

/// The digest of the data that this version generates.
pub const DIGEST: &str = "8a4773360bd454a27f5a4da769ef04630715401f5892dc70f0f8eb0a204ae62b";

/// SQLite's application id of the files of this program: `NLT1`.
pub(super) const APPLICATION_ID: u32 = 0x4e4c_5431;

/// Version of the schema, incremented with every change of the tables.
pub(super) const SCHEMA_VERSION: u32 = 3;

/// Number of rows and document versions that are generated.
pub(super) const STEPS: u64 = 164_177;
