//! From the settings to the plain values that collecting is handed.

use std::sync::Arc;

/// The scanners that the settings ask for.
pub(super) fn scanners(rewrite: &crate::settings::RewriteSettings) -> Vec<Arc<dyn crate::references::Scanner>> {
    use crate::references::{CssScanner, HtmlScanner, JsScanner, Scanner, SvgScanner, WebManifestScanner};
    let modules = rewrite.js_modules;
    let mut scanners: Vec<Arc<dyn Scanner>> = vec![Arc::new(CssScanner), Arc::new(JsScanner::new(modules))];
    if rewrite.svg {
        scanners.push(Arc::new(SvgScanner));
    }
    if rewrite.web_manifests {
        scanners.push(Arc::new(WebManifestScanner));
    }
    if rewrite.html {
        scanners.push(Arc::new(HtmlScanner::new(modules)));
    }
    scanners
}

pub(super) fn name_hash(hash: crate::settings::HashKind) -> crate::collect::NameHash {
    match hash {
        crate::settings::HashKind::Md5 => crate::collect::NameHash::Md5,
        crate::settings::HashKind::Sha256 => crate::collect::NameHash::Sha256,
    }
}

pub(super) fn compression(compress: &crate::settings::CompressSettings) -> crate::collect::Compression {
    use crate::collect::{Compression, Effort};
    let effort = match compress.effort {
        crate::settings::Effort::Fast => Effort::Fast,
        crate::settings::Effort::Balanced => Effort::Balanced,
        crate::settings::Effort::Best => Effort::Best,
    };
    Compression { codings: compress.codings.clone(), effort }
}

pub(super) fn style(style: crate::settings::RewriteStyle) -> crate::collect::Style {
    match style {
        crate::settings::RewriteStyle::Minimal => crate::collect::Style::Minimal,
        crate::settings::RewriteStyle::Django => crate::collect::Style::Django,
    }
}

pub(super) fn missing(rewrite: &crate::settings::RewriteSettings) -> crate::collect::Missing {
    use crate::collect::MissingRule;
    use crate::settings::MissingSetting;
    let rule = |setting| match setting {
        MissingSetting::Error => MissingRule::Error,
        MissingSetting::Warn => MissingRule::Warn,
        MissingSetting::Ignore => MissingRule::Ignore,
    };
    let exceptions = rewrite.exceptions.iter();
    let exceptions = exceptions.map(|one| (one.files.clone(), one.references.clone(), rule(one.missing)));
    crate::collect::Missing { default: rule(rewrite.missing), exceptions: exceptions.collect() }
}
