//! Microsoft Graph and Entra for presync: tokens, directory, presence, sessions.
