//! Static URLs in templates, one engine a file and a feature. Every one calls the facade's `url`;
//! what a URL looks like is for the resolver.

#[cfg(feature = "minijinja")]
pub mod minijinja;
