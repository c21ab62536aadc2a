"""The page: draw, upload or photograph a digit; see what it is and where the network looked.

    streamlit run streamlit_app.py

`digits/page/app.py` lays it out from top to bottom.
"""

from digits.page.app import main

if __name__ == "__main__":
    main()
