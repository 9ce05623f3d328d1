//! What every command works on: settings, and the parts that a program adds to them.

use crate::settings::Settings;
use crate::static_files::{StaticFiles, StaticFilesBuilder};

/// Adds finders, storages and whatever else a program brings.
pub(super) type Configure = dyn Fn(StaticFilesBuilder) -> StaticFilesBuilder;

pub(super) struct Project<'a> {
    pub(super) settings: Settings,
    configure: &'a Configure,
    /// Whether debug is as the program was built where no setting says.
    has_build_profile: bool,
}

impl<'a> Project<'a> {
    pub(super) fn new(settings: Settings, configure: &'a Configure, has_build_profile: bool) -> Self {
        Self { settings, configure, has_build_profile }
    }

    /// The static files to be, as the settings and the program say.
    pub(super) fn builder(&self) -> StaticFilesBuilder {
        let mut settings = self.settings.clone();
        if !self.has_build_profile {
            settings.debug = settings.debug.or(Some(false));
        }
        (self.configure)(StaticFiles::builder(settings))
    }

    /// The same in debug or in release, whatever the settings say; tells of trouble on standard error.
    pub(super) fn builder_to_serve(&self, debug: bool) -> StaticFilesBuilder {
        let told = StaticFiles::builder(self.settings.clone().debug(debug));
        (self.configure)(told.on_trouble(|text| anstream::eprintln!("{text}")))
    }
}
