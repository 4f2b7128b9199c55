"""Wire contracts: what two services, or a service and the outside, must agree on."""
