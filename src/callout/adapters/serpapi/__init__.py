"""SerpApi: places as Google Maps shows them."""

from callout.adapters.serpapi.places import SerpApiPlaces

__all__ = ["SerpApiPlaces"]
