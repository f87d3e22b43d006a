"""How well the network and the whole way from a photo do, each figure with the file that it comes from."""

from ui import results
from ui.page import open_page
from ui.performance import show_digits, show_headline, show_photos, show_speed, show_training_curves, show_tta

open_page("performance")
evaluation = results.evaluation()
show_headline(evaluation)
show_photos(results.photos())
show_digits(evaluation)
show_tta(evaluation)
show_speed(results.benchmark())
show_training_curves(results.history())
