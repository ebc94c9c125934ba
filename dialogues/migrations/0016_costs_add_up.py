"""A dialogue's total cost is the rounding of its exact one, in old rows, too."""

from decimal import Decimal

from django.db import migrations, models
from django.db.models.functions import Least, Round

FILL = "UPDATE dialogue_sessions SET exact_cost = total_cost WHERE total_cost <> 0"


class Migration(migrations.Migration):
    dependencies = [("dialogues", "0015_prices_costs_budgets")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="dialoguesession",
            constraint=models.CheckConstraint(
                name="dialogue_sessions_cost",
                condition=models.Q(
                    total_cost=Least(
                        Round("exact_cost", precision=4), models.Value(Decimal("999999.9999"))
                    )
                ),
            ),
        ),
    ]
