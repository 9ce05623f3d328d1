//! For tests of one's own parts: the contracts that every storage, every manifest store and every
//! finder keeps.

mod finder;
mod manifest;
mod storage;

pub use self::finder::finder_contract;
pub use self::manifest::manifest_contract;
pub use self::storage::storage_contract;
