import pickle

from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

flowers = load_iris()
seen, unseen, kinds, unseen_kinds = train_test_split(flowers.data, flowers.target, random_state=1)
model = LogisticRegression(max_iter=1000).fit(seen, kinds)
print(f"right about {model.score(unseen, unseen_kinds):.0%} of the flowers that it had not seen")

with open("model.pickle", "wb") as file:
    pickle.dump((model, [str(name) for name in flowers.target_names]), file)
