vault status
