import alpha
import beta

print(alpha, beta)
