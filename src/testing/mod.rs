//! For tests: the contracts that every storage, every manifest store and every finder keeps, and a
//! server with static files.

mod finder;
#[cfg(feature = "testing")]
mod live_server;
mod manifest;
mod storage;

pub use self::finder::finder_contract;
#[cfg(feature = "testing")]
pub use self::live_server::StaticLiveServer;
pub use self::manifest::manifest_contract;
pub use self::storage::storage_contract;
