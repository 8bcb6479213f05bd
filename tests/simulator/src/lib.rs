//! Microsoft Graph, Entra and 8x8 as real HTTP servers, with a made-up working population.
