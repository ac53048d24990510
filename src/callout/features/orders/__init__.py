"""The job and its life: number, money, lifecycle, proof photos, ratings, customer page."""
