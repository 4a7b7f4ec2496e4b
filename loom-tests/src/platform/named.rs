//! Orderings and rules by their names.

macro_rules! site {
    ($name:ident : $ordering:ident) => {
        $crate::platform::sites::ordering(stringify!($name), core::sync::atomic::Ordering::$ordering)
    };
}

macro_rules! rule {
    ($name:ident) => {
        $crate::platform::sites::rule(stringify!($name))
    };
}

pub(crate) use {rule, site};
