"""What makes and drives runs when nobody looks: cron triggers and the service. Stands on `studio`."""
