//! One tenant's cycle and the fleet of tenants.
